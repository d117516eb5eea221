-- held_tasks: what a worker owns; asked by one that lost the reply of a claim. The lost claim may still be running, or not
-- even have begun: the lock waits for the first, the raised epoch refuses the second. Without it a run was leased to a
-- living worker that never heard of it (a crash history found it).
-- As many as p_most, in the order of the runs: a reply with all may be too large to be had, however often it is asked for.
-- Raises: MR055 if the worker is not registered any more, or its lease is over. Locks: the worker's row.
create or replace function millrace.held_tasks(
  p_tenant int, p_worker bigint, p_epoch int, p_after bigint default 0, p_most int default 1000)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now timestamptz;
begin
  perform from millrace.workers w where w.id = p_worker for update;  -- the update alone would not wait for a claim's key share
  update millrace.workers w set epoch = greatest(w.epoch, p_epoch)
  where w.id = p_worker and w.tenant_id = p_tenant and w.expires_at > clock_timestamp();
  if not found then
    perform millrace.fail('MR055', format('Worker %s is not registered, or its lease is over.', p_worker),
      'Register again: its leases have gone to others.', json_build_object('worker', p_worker::text));
  end if;
  v_now := millrace.clock();
  return query
  select l.run_id, l.task, l.fence, l.turn, l.route_id, l.crashes::int,
         (extract(epoch from l.timeout_at - v_now) * 1000)::bigint, r.input, r.meta,
         array(select c.kind::text || coalesce(c.name, '') || chr(10) || coalesce(c.data, '')
               from millrace.checkpoints c where c.run_id = l.run_id order by c.seq),
         l.wait_keys,
         array(select (case when w.name is null and w.until <= v_now and w.key !~ '^[~?]' then -1  -- as in lease_rows
                       when w.until is not null then greatest(ceil(extract(epoch from w.until - v_now) * 1000), 0) end)::bigint
               from unnest(l.wait_keys, l.wait_names, l.wait_until) with ordinality w (key, name, until, i) order by w.i),
         null::bigint, null::int, null::int, null::timestamptz
  from millrace.live l join millrace.runs r on r.id = l.run_id
  where l.state = 'l' and l.worker_id = p_worker and l.run_id > p_after
  order by l.run_id, l.task limit p_most;
end $$;

comment on function millrace.held_tasks(int, bigint, int, bigint, int) is 'What a worker owns; refuses its claims of an earlier epoch.';
revoke execute on function millrace.held_tasks(int, bigint, int, bigint, int) from public;
