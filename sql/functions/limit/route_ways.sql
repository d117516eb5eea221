-- route_ways: how each of a worker's routes is to be served: null: as it is; f: so, too, and what stands in lanes beside (claim_free);
-- l: by limits, and there may be something to hand out (claim_lanes); x: not now. It locks nothing: an idle worker writes nothing.
-- One statement for all routes: asked for one after the other, hundreds that have limits cost many milliseconds. Scalar subqueries
-- with a limit stand where an exists would be made a hash table of the whole queue.
--   p_tenant  0: whoever's these routes are    p_sweep  look for lanes that nobody knows yet
drop function if exists millrace.has_lanes(int, boolean, boolean);
create or replace function millrace.route_ways(p_tenant int, p_routes int[], p_suspect boolean, p_sweep boolean) returns "char"[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  v_ways "char"[];
  v_now  timestamptz := millrace.clock();
  v_full int[];     -- at a limit that holds for all of their runs alike
  v_of   int[] := case when p_tenant <> 0 then array[p_tenant]
                  else array(select r.tenant_id from millrace.limited_routes r where r.route_id = any (p_routes) group by 1) end;
begin
  v_ways := array(
    select (case
      when r.route_id is null then null
      when r.paused then 'x'
      when r.free then (
        select 'f' from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane <> 0 order by l.turn limit 1)
      when (select true from millrace.lanes n where n.route_id = u.route and n.opens_at <= v_now order by n.opens_at limit 1)
        or p_suspect and (select true from millrace.live l where l.state = 's' and l.route_id = u.route order by l.turn limit 1)
        or exists (select from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane <> 0 and l.turn > r.seen_turn)
        or (select not coalesce((select n.fresh from millrace.lanes n where n.route_id = u.route and n.lane = 0), false)
            from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane = 0 order by l.turn limit 1)
        -- where the first are all at their own limit, a claim that locks and gets nothing would keep the next that may get something
        or (select count(*) = 8 or bool_or(k.cap is null or k.cap > (
              select count(*) from (select from millrace.live l where l.state = 'l' and l.route_id = u.route and l.lane <> 0
                                      and l.lane = k.lane limit k.cap) y))
            from (select n.lane | 1 as lane, n.caps[array_position(n.gates, n.own)] as cap from millrace.lanes n
                  where n.route_id = u.route and (n.begun or n.fresh and n.opens_at is null) order by n.vtime, n.lane limit 8) k)
        or case when p_sweep then exists (select from millrace.new_lanes(u.route)) end
      then 'l' else 'x' end)::"char"
    from unnest(p_routes) with ordinality u (route, i)
    left join millrace.limited_routes r on r.route_id = u.route and p_tenant in (0, r.tenant_id)
    order by u.i);
  if 'l' = any (v_ways) then
    v_full := array(
      select x.route_id
      from (select r.route_id, sum(s.n) over (partition by g.gate) as n, min(g.cap) over (partition by g.gate) as cap
            from millrace.limited_routes r,
            lateral (select count(*) as n from millrace.live l where l.state = 'l' and l.lane <> 0 and l.route_id = r.route_id) s,
            lateral unnest(r.gates, r.caps) g (gate, cap)
            where r.tenant_id = any (v_of) and r.gates <> '{}') x
      where x.n >= x.cap);
  end if;
  if v_full <> '{}' then
    v_ways := array(
      select case when u.way = 'l' and u.route in (select f from unnest(v_full) f) then 'x' else u.way end
      from unnest(p_routes, v_ways) with ordinality u (route, way, i) order by u.i);
  end if;
  return v_ways;
end $$;

comment on function millrace.route_ways(int, int[], boolean, boolean) is 'How each of a worker''s routes is to be served now.';
revoke execute on function millrace.route_ways(int, int[], boolean, boolean) from public;
