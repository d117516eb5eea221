-- has_queued: whether a route has a run that waits for a worker. Looks into its queue only, whatever the planner believes of live.
create or replace function millrace.has_queued(p_route int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off as $$
  select exists (select from millrace.live l where l.state = 'q' and l.route_id = p_route)
      or exists (select from millrace.live l where l.state = 's' and l.route_id = p_route)
$$;

comment on function millrace.has_queued(int) is 'Whether a route has a run that waits for a worker.';
revoke execute on function millrace.has_queued(int) from public;
