-- begin_undo: the steps of runs that are cancelled or that fail are to be undone: they stay alive until that is done, and end then. From
-- row b of their journal on no attempt of a step begins. A run that no worker has gets that row now, and is queued for one; of one that
-- is leased the owner is asked for it, because it alone appends to its journal, and told at once.
-- The run's time-out, its waits and its questions to people are over, its children are cancelled.
--   p_failure  null: cancelled, with p_note; else it fails with it
-- Transitions: queued, suspected, waiting, paused -> queued; a suspect stays one; leased -> leased, asked. Locks: none, the caller holds
-- the live rows.
create or replace function millrace.begin_undo(p_runs bigint[], p_note json, p_failure text, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_row  text := json_build_object('status', case when p_failure is null then 'x' else 'f' end, 'failure', p_failure::json,
                                   'reason', p_note -> 'reason', 'by', p_note -> 'by')::text;
  v_turn bigint := nextval('millrace.numbers') * 1024;
  v_held bigint[] := array(select l.run_id from millrace.live l where l.run_id = any (p_runs) and l.task = 0 and l.state = 'l');
begin
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
  select l.run_id, p_now, coalesce((select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = l.run_id), 0), l.tenant_id,
         'b', v_row
  from millrace.live l where l.run_id = any (p_runs) and l.task = 0 and l.state <> 'l';
  update millrace.live l
  set undo = 'b', timeout_at = null, wake_at = null, wait_keys = null, wait_names = null, wait_until = null,
      undo_ask = case when l.state = 'l' then v_row end, reason = null,
      state = case when l.state in ('l', 's') then l.state else 'q' end,
      crashes = case when l.state in ('l', 's') then l.crashes else 0 end,
      turn = case when l.state = 'l' then l.turn else v_turn + u.i % 1024 end,
      seq = case when l.state = 'l' then l.seq else (select max(c.seq) + 1 from millrace.checkpoints c where c.run_id = l.run_id) end
  from unnest(p_runs) with ordinality u (id, i) where l.run_id = u.id and l.task = 0;
  perform millrace.leave_behind(p_runs, p_now);
  perform millrace.tell(array_agg(l.run_id), array_agg(case when l.state <> 'l' then l.seq - 1 end))
  from millrace.live l where l.run_id = any (p_runs) and l.task = 0;
  perform millrace.hint();
  if v_held <> '{}' then
    perform pg_notify('millrace', 'look ' || array_to_string(v_held[1:300], ' '));
  end if;
end $$;

comment on function millrace.begin_undo(bigint[], json, text, timestamptz) is 'Has the completed steps of runs undone before these end.';
revoke execute on function millrace.begin_undo(bigint[], json, text, timestamptz) from public;
