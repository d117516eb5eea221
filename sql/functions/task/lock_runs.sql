-- lock_runs: whose fence holds, once the rows are locked. Parents are known before any lock: they never change. A call that
-- comes after a later one of the same owner (p_stamp) is stale too: its reply was given up, and the owner has gone on.
-- A run that was cancelled while it was leased, and whose steps have undos, is to begin them: nothing is taken of it but what brings
-- row b of its journal with just what was asked for (c_runs, c_kinds, c_data: the rows of the call).
-- Locks: the live rows of an owner's runs and of the parents that will hear from them, in one ascending list.  Returns:
--   mine   the runs of which the call is taken, or null if all are (so that the common case compares nothing)
--   asked  those of them that somebody asked to pause, or null
drop function if exists millrace.lock_runs(int, bigint[], int[], bigint[], bigint[], bigint);
create or replace function millrace.lock_runs(
  p_tenant int, p_runs bigint[], p_tasks int[], p_fences bigint[], p_parents bigint[], p_stamp bigint,
  c_runs bigint[], c_kinds "char"[], c_data text[],
  out mine bigint[], out asked bigint[])
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if array_remove(p_parents, null) <> '{}' then
    perform from (select x.id from unnest(p_runs || p_parents) x (id) where x.id is not null group by x.id order by x.id) u
    join millrace.live l on l.run_id = u.id order by l.run_id, l.task for update of l;
  end if;
  select array_agg(x.run_id), array_agg(x.run_id) filter (where x.ask is not null) into mine, asked
  from (select l.run_id, l.ask, l.undo_ask
        from (select u.id, u.task, u.fence from unnest(p_runs, p_tasks, p_fences) u (id, task, fence) order by u.id, u.task) u
        join millrace.live l on l.run_id = u.id and l.task = u.task and l.fence = u.fence and l.tenant_id = p_tenant
          and (l.stamp >= p_stamp) is not true
        order by l.run_id, l.task for update of l) x
  where x.undo_ask is null or exists (select from unnest(c_runs, c_kinds, c_data) b (id, kind, data)
                                      where b.id = x.run_id and b.kind = 'b' and b.data = x.undo_ask);
  mine := case when cardinality(mine) = cardinality(p_runs) then null else coalesce(mine, '{}') end;
end $$;

comment on function millrace.lock_runs(int, bigint[], int[], bigint[], bigint[], bigint, bigint[], "char"[], text[]) is 'Locks an owner''s runs and their parents, ascending; tells whose fence holds.';
revoke execute on function millrace.lock_runs(int, bigint[], int[], bigint[], bigint[], bigint, bigint[], "char"[], text[]) from public;
