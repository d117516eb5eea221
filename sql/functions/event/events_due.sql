-- events_due: when somebody shall call work_events; null: there is nothing. Looks for new waits are put together: while none is over
-- due, they are for a second from now. In plpgsql, because its plans are kept: every claim asks.
create or replace function millrace.events_due(p_now timestamptz) returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_look timestamptz := (select w.look_at from millrace.event_waits w where w.look_at is not null order by w.look_at limit 1);
begin
  return least(
    (select e.spread_at from millrace.events e where e.spread_at is not null order by e.spread_at limit 1),
    (select e.keep_until from millrace.events e where e.spread_at is null order by e.keep_until limit 1) + interval '10 minutes',
    case when v_look <= p_now then v_look else greatest(v_look, p_now + case when v_look is not null then interval '1 s' end) end);
end $$;

comment on function millrace.events_due(timestamptz) is 'When somebody shall call work_events.';
revoke execute on function millrace.events_due(timestamptz) from public;
