-- apply_ask: the pause that was asked for while the run was leased: journal row, then pause. The caller holds the live row.
-- Transitions: leased -> paused.
create or replace function millrace.apply_ask(p_run bigint, p_task int, p_seq int, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_seq int := (select greatest(max(c.seq) + 1, p_seq) from millrace.checkpoints c where c.run_id = p_run);
begin
  v_seq := coalesce(v_seq, p_seq);
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
  select p_run, p_now, v_seq, l.tenant_id, 'p', l.ask from millrace.live l where l.run_id = p_run and l.task = p_task;
  update millrace.live l
  set state = 'p', reason = 'p', ask = null, seq = v_seq + 1, crashes = 0, worker_id = null, fence = null, wake_at = null
  where l.run_id = p_run and l.task = p_task;
  perform millrace.tell(array[p_run], array[v_seq]);
end $$;

comment on function millrace.apply_ask(bigint, int, int, timestamptz) is 'Pauses a run that was asked to while it was leased.';
revoke execute on function millrace.apply_ask(bigint, int, int, timestamptz) from public;
