-- refuse_rewrite: an owner may say again what it said, but not write something else where a journal row stands: that would
-- be a result acknowledged and lost. It cannot happen; if it does, it is loud. p_only: the runs of the caller, null: all.
-- Raises: MR099.
create or replace function millrace.refuse_rewrite(
  p_only bigint[], c_runs bigint[], c_seqs int[], c_kinds "char"[], c_names text[], c_data text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_run bigint;
  v_seq int;
begin
  select u.id, u.seq into v_run, v_seq
  from unnest(c_runs, c_seqs, c_kinds, c_names, c_data) u (id, seq, kind, name, data)
  join millrace.checkpoints c on c.run_id = u.id and c.seq = u.seq
  where (p_only is null or u.id = any (p_only)) and (c.kind, c.name, c.data) is distinct from (u.kind, u.name, u.data)
  limit 1;
  if found then
    perform millrace.fail('MR099', format('Row %s of the journal of run %s is another than its owner writes.', v_seq, v_run),
      'This is a defect of the engine. Please report it with the run''s timeline.', json_build_object('run', v_run::text));
  end if;
end $$;

comment on function millrace.refuse_rewrite(bigint[], bigint[], int[], "char"[], text[], text[]) is
  'Refuses journal rows that would take the place of others.';
revoke execute on function millrace.refuse_rewrite(bigint[], bigint[], int[], "char"[], text[], text[]) from public;
