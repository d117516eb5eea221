-- wake: takes ended waits off a run; one that was waiting goes to the tail of the queue. The waits that did not end stay
-- with it, and keep their times. p_buffered: by how much the number of its untaken signals changes.
-- Transitions: waiting -> queued. Locks: none, the caller holds the live row.
create or replace function millrace.wake(p_run bigint, p_task int, p_seq int, p_ended text[], p_buffered int default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_turn bigint := nextval('millrace.numbers') * 1024;
begin
  update millrace.live l
  set state = case l.state when 'w' then 'q' else l.state end,
      turn = case l.state when 'w' then v_turn else l.turn end,
      -- of a leased run the length at its claim is kept: hand_back tells by it whether the owner got anything done
      wake_at = null, buffered = case when p_buffered is null then l.buffered else coalesce(l.buffered, 0) + p_buffered end,
      seq = case l.state when 'l' then l.seq else p_seq end,
      wait_keys = rest.keys, wait_names = rest.names, wait_until = rest.untils
  from (select array_agg(w.key order by w.i) as keys, array_agg(w.name order by w.i) as names, array_agg(w.until order by w.i) as untils
        from millrace.live o, lateral unnest(o.wait_keys, o.wait_names, o.wait_until) with ordinality w (key, name, until, i)
        where o.run_id = p_run and o.task = p_task and w.key <> all (p_ended)) rest
  where l.run_id = p_run and l.task = p_task;
end $$;

comment on function millrace.wake(bigint, int, int, text[], int) is 'Takes ended waits off a run, and queues it if it was waiting.';
revoke execute on function millrace.wake(bigint, int, int, text[], int) from public;
