-- has_lanes: whether there may be something to hand out of a route that has limits. It locks nothing: an idle worker writes nothing.
--   p_sweep  look for lanes that nobody knows yet
create or replace function millrace.has_lanes(p_route int, p_suspect boolean, p_sweep boolean) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select not exists (select from millrace.limits l where l.id = any (r.limits) and l.paused_at is not null)
    and (exists (select from millrace.lanes n where n.route_id = p_route and (n.begun or n.fresh and n.opens_at is null))
      or exists (select from millrace.lanes n where n.route_id = p_route and n.opens_at <= millrace.clock())
      or exists (select from millrace.live l where l.state = 'q' and l.route_id = p_route and l.lane <> 0 and l.turn > r.seen_turn)
      or exists (select from millrace.live l where l.state = 'q' and l.route_id = p_route and l.lane = 0)
      or p_suspect and exists (select from millrace.live l where l.state = 's' and l.route_id = p_route)
      or p_sweep and exists (select from millrace.new_lanes(p_route)))
    -- where a limit of all is reached, a claim that locks and gets nothing would keep the next that may get something
    and (r.gates = '{}' or not exists (
      select from millrace.gate_use(r.tenant_id, r.limits) u, unnest(u.gates, u.used) x (gate, n), unnest(r.gates, r.caps) g (gate, cap)
      where x.gate = g.gate and x.n >= g.cap))
  from millrace.limited_routes r where r.route_id = p_route
$$;

comment on function millrace.has_lanes(int, boolean, boolean) is 'Whether there may be something to hand out of a route that has limits.';
revoke execute on function millrace.has_lanes(int, boolean, boolean) from public;
