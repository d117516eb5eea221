-- look_events: looks once more for events for waits that are new. When a wait began, an emission may have been under way that it could
-- not see, and that could not see it; by now the wait is committed, so whatever is emitted later sees it, and whatever was
-- committed before is seen here. At most 500 waits; most find nothing, and lock no run.
-- Returns: how many waits it looked at. Locks: rows of event_waits, then live rows, both skipping locked ones: whoever holds a live row
-- may wait for ours, so ours wait for none.
create or replace function millrace.look_events(p_now timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_rows   tid[];
  v_tenant int;
  v_runs   bigint[];
  v_held   bigint[] := '{}';
  v_again  timestamptz := p_now + interval '1 s';
begin
  v_rows := array(select w.ctid from millrace.event_waits w where w.look_at <= p_now order by w.look_at limit 500 for update skip locked);
  for v_tenant, v_runs in
    select w.tenant_id, array_agg(distinct w.run_id) from unnest(v_rows) u (tid) join millrace.event_waits w on w.ctid = u.tid
    where (select true from millrace.events e
           where e.tenant_id = w.tenant_id and e.message = w.message and e.keep_until >= w.at
             and (select true from millrace.signals g where g.run_id = w.run_id and g.id = '$event:' || e.id) is null
           order by e.nth limit 1)
    group by w.tenant_id
  loop
    v_held := v_held || millrace.feed_runs(v_tenant, v_runs, p_now);
  end loop;
  update millrace.event_waits w set look_at = case when w.run_id = any (v_held) then v_again end
  from unnest(v_rows) u (tid) where w.ctid = u.tid;
  return cardinality(v_rows);
end $$;

comment on function millrace.look_events(timestamptz) is 'Looks once more for events for waits that are new.';
revoke execute on function millrace.look_events(timestamptz) from public;
