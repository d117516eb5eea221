-- next_events: the events that runs are due: for each that they wait for (event_waits, which the caller has brought up to date) the
-- oldest that the run has not had, if it was kept when the wait began or came since; none while one that it has not taken is
-- in its buffer for each of these waits. That an event was in its buffer, taken or not, says that the run has had it.
-- Looks at the kept events of that name and key only, from the oldest on.
-- Returns: the message, with its id and data as put_signal takes them. Locks: none, the caller holds the live rows.
create or replace function millrace.next_events(p_tenant int, p_runs bigint[])
returns table (run_id bigint, message text, id text, data text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select w.run_id, w.message, '$event:' || e.id,
         format('{"$event":%s%s}', json_build_object('id', e.id::text, 'name', e.name, 'key', e.key), ',"data":' || e.data)
  from (select v.run_id, v.message, count(distinct v.step) as steps, min(v.at) as since
        from millrace.event_waits v where v.run_id = any (p_runs) group by v.run_id, v.message) w
  cross join lateral (
    select x.id, x.name, x.key, x.data from millrace.events x
    where x.tenant_id = p_tenant and x.message = w.message and x.keep_until >= w.since
      and (select true from millrace.signals g where g.run_id = w.run_id and g.id = '$event:' || x.id) is null
    order by x.nth limit 1) e
  where w.steps > (select count(*) from millrace.signals g where g.run_id = w.run_id and g.name = w.message and g.taken is null)
  order by w.run_id, w.message
$$;

comment on function millrace.next_events(int, bigint[]) is 'The events that runs are due.';
revoke execute on function millrace.next_events(int, bigint[]) from public;
