-- ready_routes: the routes of all tenants that have runs which wait for a worker, by a walk from route to route: it costs a look for
-- each route that has any, however many runs wait there and however many routes there are without. A worker for all tenants asks.
create or replace function millrace.ready_routes() returns setof int
language sql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off as $$
  with recursive queued as (
    (select l.route_id from millrace.live l where l.state = 'q' order by l.route_id limit 1)
    union all
    select (select l.route_id from millrace.live l where l.state = 'q' and l.route_id > w.route_id order by l.route_id limit 1)
    from queued w where w.route_id is not null),
  suspect as (
    (select l.route_id from millrace.live l where l.state = 's' order by l.route_id limit 1)
    union all
    select (select l.route_id from millrace.live l where l.state = 's' and l.route_id > w.route_id order by l.route_id limit 1)
    from suspect w where w.route_id is not null)
  select q.route_id from queued q where q.route_id is not null
  union all
  select s.route_id from suspect s where s.route_id is not null
$$;

comment on function millrace.ready_routes() is 'The routes of all tenants that have runs which wait for a worker.';
revoke execute on function millrace.ready_routes() from public;
