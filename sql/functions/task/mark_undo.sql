-- mark_undo: the part of append_rows for what owners say of undos: that steps with an undo are about to begin (row a), so that a cancel
-- knows without any code that there is something to undo; or that the undos begin (row b). Then the run waits for nothing any more,
-- and has all the time that these take; its children are cancelled.
--   p_only  the runs whose fence holds; null: all
-- Locks: none, the caller holds the live rows.
create or replace function millrace.mark_undo(p_only bigint[], c_runs bigint[], c_kinds "char"[], p_now timestamptz)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_has    bigint[] := array(select u.id from unnest(c_runs, c_kinds) u (id, kind)
                             where u.kind = 'a' and (p_only is null or u.id = any (p_only)));
  v_begins bigint[] := array(select u.id from unnest(c_runs, c_kinds) u (id, kind)
                             where u.kind = 'b' and (p_only is null or u.id = any (p_only)));
begin
  update millrace.live l set undo = 'a' where l.run_id = any (v_has) and l.task = 0 and l.undo is null;
  update millrace.live l
  set undo = 'b', undo_ask = null, timeout_at = null, wait_keys = null, wait_names = null, wait_until = null
  where l.run_id = any (v_begins) and l.task = 0 and (l.undo is distinct from 'b' or l.undo_ask is not null);
  if v_begins <> '{}' then
    perform millrace.leave_behind(v_begins, p_now);
  end if;
end $$;

comment on function millrace.mark_undo(bigint[], bigint[], "char"[], timestamptz) is 'Notes in live rows what owners say of undos.';
revoke execute on function millrace.mark_undo(bigint[], bigint[], "char"[], timestamptz) from public;
