-- open_lanes: makes known the lanes of a route that have queued runs. The caller holds its limits, so nobody else writes these rows.
-- New ones are where the queue goes on after the last look, at most 5,000 runs at a time; with p_sweep all lanes are walked through,
-- and those that have nothing any more are taken out.
-- A lane that comes begins where the one stands that was served last: it has nothing to catch up on, and nothing saved up.
-- Locks: rows of meters, skipping locked ones.
create or replace function millrace.open_lanes(p_tenant int, p_route int, p_sweep boolean, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  v_route millrace.limited_routes;
  v_lanes bigint[];
  v_turn  bigint;
begin
  select * into v_route from millrace.limited_routes r where r.route_id = p_route;
  select array_agg(distinct x.lane), max(x.turn) into v_lanes, v_turn
  from (select l.lane, l.turn from millrace.live l
        where l.state = 'q' and l.route_id = p_route and l.lane <> 0 and l.turn > v_route.seen_turn order by l.turn limit 5000) x;
  if v_turn is not null then
    update millrace.limited_routes r set seen_turn = v_turn where r.route_id = p_route;
  end if;
  if exists (select from millrace.live l where l.state = 'q' and l.route_id = p_route and l.lane = 0) then
    v_lanes := v_lanes || 0::bigint;
  end if;
  v_lanes := v_lanes || array(select l.lane from millrace.live l where l.state = 's' and l.route_id = p_route limit 100);
  if p_sweep then
    v_lanes := v_lanes || array(select millrace.new_lanes(p_route));
    delete from millrace.lanes n
    where n.ctid = any (array(
      select x.ctid from millrace.lanes x
      where x.route_id = p_route and not x.begun and not x.fresh
        and not exists (select from millrace.live l where l.state = 'l' and l.route_id = p_route and l.lane = x.lane | 1 and l.lane <> 0)
      limit 1000)) and n.lane <> all (array(select u.lane & -2 from unnest(v_lanes) u (lane)));
    delete from millrace.meters m where m.id = any (array(
      select x.id from millrace.meters x where x.full_at <= p_now order by x.full_at limit 1000 for update skip locked));
  end if;
  update millrace.lanes n set opens_at = null where n.route_id = p_route and n.opens_at <= p_now;
  if coalesce(cardinality(v_lanes), 0) = 0 then
    return;
  end if;
  update millrace.lanes n
  set begun = n.begun or u.begun, fresh = n.fresh or u.fresh,
      vtime = case when n.begun or n.fresh then n.vtime else greatest(n.vtime, v_route.vtime) end
  from (select x.lane & -2 as lane, bool_or(x.lane & 1 = 1) as begun, bool_or(x.lane & 1 = 0) as fresh
        from unnest(v_lanes) x (lane) group by 1) u
  where n.route_id = p_route and n.lane = u.lane and (u.begun and not n.begun or u.fresh and not n.fresh);
  insert into millrace.lanes (route_id, lane, tenant_id, keys, gates, caps, own, meters, rates, bursts, weight, vtime, begun, fresh)
  select p_route, u.lane & -2, p_tenant, k.keys, g.gates, g.caps, g.own, g.meters, g.rates, g.bursts, k.weight, v_route.vtime,
         bool_or(u.lane & 1 = 1), bool_or(u.lane & 1 = 0)
  from unnest(v_lanes) u (lane),
  lateral (select coalesce(r.meta::jsonb -> 'keys', '{}') as keys, coalesce((r.meta::jsonb ->> 'weight')::double precision, 1) as weight
           from ((select l.run_id from millrace.live l
                  where l.state = 'q' and l.route_id = p_route and l.lane = u.lane order by l.turn limit 1)
                 union all
                 (select l.run_id from millrace.live l where l.state = 's' and l.route_id = p_route and l.lane = u.lane limit 1) limit 1) f
           join millrace.runs r on r.id = f.run_id) k,
  lateral millrace.lane_gates(v_route.limits, k.keys) g
  where not exists (select from millrace.lanes n where n.route_id = p_route and n.lane = u.lane & -2)
  group by 2, k.keys, g.gates, g.caps, g.own, g.meters, g.rates, g.bursts, k.weight
  order by 2
  on conflict on constraint lanes_pkey do nothing;
end $$;

comment on function millrace.open_lanes(int, int, boolean, timestamptz) is 'Makes known the lanes of a route that have queued runs.';
revoke execute on function millrace.open_lanes(int, int, boolean, timestamptz) from public;
