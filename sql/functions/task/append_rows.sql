-- append_rows: writes what owners append to the journals of their runs. A row that is there already (the call is sent again) is left
-- alone. What they say of undos (rows a and b) is noted in the live rows, which the caller holds (mark_undo).
-- p_only: the runs whose fence holds; null: all. Raises: MR099 (refuse_rewrite).
create or replace function millrace.append_rows(
  p_tenant int, p_only bigint[], c_runs bigint[], c_seqs int[], c_kinds "char"[], c_names text[], c_data text[], c_begun int[],
  p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if c_kinds && '{a,b}'::"char"[] then
    perform millrace.mark_undo(p_only, c_runs, c_kinds, p_now);
  end if;
  -- on conflict at once would write each row speculatively, for what hardly ever is
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data, begun)
  select u.id, p_now, u.seq, p_tenant, u.kind, u.name, u.data, u.begun
  from unnest(c_runs, c_seqs, c_kinds, c_names, c_data, c_begun) u (id, seq, kind, name, data, begun)
  where p_only is null or u.id = any (p_only);
exception when unique_violation then
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data, begun)
  select u.id, p_now, u.seq, p_tenant, u.kind, u.name, u.data, u.begun
  from unnest(c_runs, c_seqs, c_kinds, c_names, c_data, c_begun) u (id, seq, kind, name, data, begun)
  where p_only is null or u.id = any (p_only)
  on conflict (run_id, seq) do nothing;
  perform millrace.refuse_rewrite(p_only, c_runs, c_seqs, c_kinds, c_names, c_data);
end $$;

comment on function millrace.append_rows(int, bigint[], bigint[], int[], "char"[], text[], text[], int[], timestamptz) is
  'Writes what owners append to the journals of their runs.';
revoke execute on function millrace.append_rows(int, bigint[], bigint[], int[], "char"[], text[], text[], int[], timestamptz) from public;
