-- get_test_state: how many runs are at work, queued, due or to be closed with their parents, events that runs are still to be given, and
-- schedules and entities that a worker should look at; in how many milliseconds the next thing comes due (null: nothing will); and the
-- time by which runs live.
create or replace function millrace.get_test_state()
returns table (busy int, due_ms bigint, clock timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := millrace.clock();
begin
  return query
  select l.busy + s.busy + n.busy + (select count(*)::int from millrace.events e where e.spread_at <= v_now)
          + (select count(*)::int from millrace.children c where c.closes_at <= v_now),
          ceil(extract(epoch from least(l.due, s.due, n.due) - v_now) * 1000)::bigint, v_now
  from (select count(*) filter (
                 where l.state in ('q', 's', 'l') or l.state = 'w' and l.wake_at <= v_now or l.timeout_at <= v_now)::int as busy,
               least(min(l.wake_at) filter (where l.state = 'w'), min(l.timeout_at)) as due
        from millrace.live l) l,
       (select count(*) filter (where s.wake_at <= v_now)::int as busy, min(s.wake_at) as due from millrace.schedules s) s,
       (select count(*) filter (where e.due_at <= v_now)::int as busy, min(e.due_at) as due
        from millrace.entities e where e.due_at is not null and (e.timer -> 'rests') is null) n;
end $$;

comment on function millrace.get_test_state() is 'How many runs are at work, when something comes due, and the time.';
revoke execute on function millrace.get_test_state() from public;
