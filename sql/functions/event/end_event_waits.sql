-- end_event_waits: gives the events that they are due to runs that wait for nothing else, all at once: what put_signal, settle and wake
-- do for one run, for a quarter of what as many signals cost. Most runs to which an event is spread are so.
-- Transitions: waiting -> queued. Locks: none, the caller holds the live rows.
create or replace function millrace.end_event_waits(p_tenant int, p_runs bigint[], p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_turn bigint := nextval('millrace.numbers') * 1024;
  v_rows tid[];
  v_runs bigint[];
  v_seqs int[];
  v_keys text[];
  v_ids  text[];
  v_data text[];
begin
  select array_agg(l.ctid), array_agg(n.run_id), array_agg(l.seq), array_agg(l.wait_keys[1]), array_agg(n.id), array_agg(n.data)
  into v_rows, v_runs, v_seqs, v_keys, v_ids, v_data
  from millrace.next_events(p_tenant, p_runs) n,
  lateral (select o.ctid, o.* from millrace.live o where o.run_id = n.run_id and o.task = 0 offset 0) l
  where l.state = 'w' and cardinality(l.wait_keys) = 1 and l.wait_names[1] = n.message;
  if v_runs is null then
    return;
  end if;
  insert into millrace.signals (run_id, at, tenant_id, nth, taken, id, name, data)
  select u.run, p_now, p_tenant, nextval('millrace.arrivals'), u.seq, u.id, '$event', u.data
  from unnest(v_runs, v_seqs, v_ids, v_data) u (run, seq, id, data);
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
  select u.run, p_now, u.seq, p_tenant, 'g', u.key, u.data
  from unnest(v_runs, v_seqs, v_keys, v_data) u (run, seq, key, data);
  update millrace.live l
  set state = 'q', turn = v_turn + u.i, wake_at = null, seq = u.seq + 1, buffered = coalesce(l.buffered, 0),
      wait_keys = null, wait_names = null, wait_until = null
  from unnest(v_rows, v_seqs) with ordinality u (tid, seq, i) where l.ctid = u.tid;
  delete from millrace.event_waits w where w.run_id = any (v_runs);
  perform millrace.tell(v_runs, v_seqs);
  perform millrace.hint();
end $$;

comment on function millrace.end_event_waits(int, bigint[], timestamptz) is 'Gives events to runs that wait for nothing else, all at once.';
revoke execute on function millrace.end_event_waits(int, bigint[], timestamptz) from public;
