-- feed_run: gives a run the events that its waits are due: for each wait the oldest that the run has not had, if it was kept when the
-- wait began or came since. What it gives is a message as any other (put_signal); that it is in the buffer, taken or not, says
-- that the run has had it. The waits are those of event_waits, which the caller has brought up to date.
-- Looks at the kept events of that name and key only, from the oldest on.
-- Locks: none, the caller holds the live row.
create or replace function millrace.feed_run(p_tenant int, p_run bigint, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_wait  record;
  v_open  int;
  v_event millrace.events;
begin
  for v_wait in
    select w.message, count(distinct w.step)::int as steps, min(w.at) as since
    from millrace.event_waits w where w.run_id = p_run group by w.message order by w.message
  loop
    v_open := v_wait.steps - (select count(*) from millrace.signals g
                              where g.run_id = p_run and g.name = v_wait.message and g.taken is null);
    while v_open > 0 loop
      select * into v_event from millrace.events e
      where e.tenant_id = p_tenant and e.message = v_wait.message and e.keep_until >= v_wait.since
        and (select true from millrace.signals g where g.run_id = p_run and g.id = '$event:' || e.id) is null
      order by e.nth limit 1;
      exit when not found;
      perform millrace.put_signal(p_tenant, p_run, '$event:' || v_event.id, v_wait.message,
        format('{"$event":%s%s}', json_build_object('id', v_event.id::text, 'name', v_event.name, 'key', v_event.key),
               ',"data":' || v_event.data), p_now);
      v_open := v_open - 1;
    end loop;
  end loop;
end $$;

comment on function millrace.feed_run(int, bigint, timestamptz) is 'Gives a run the events that its waits are due.';
revoke execute on function millrace.feed_run(int, bigint, timestamptz) from public;
