-- claim_lanes: leases runs of a route that has limits. The caller holds these (lock_limits) and the worker's row.
-- Lanes are served by virtual time: who was given least, by weight, comes first, and each gets an equal part of what is wanted. So a
-- lane with a million runs costs no more than one with a single run, and keeps none of the others waiting.
-- Whether a gate has room is counted from the leases themselves, under the mutex: no counter can be wrong after a crash, a cancel or a
-- bulk operation, and giving a place back is no work at all. The price is a look at each leased run of the workflow in each call.
-- The lease makes the lane odd: such a run has begun, and is past its meters.
-- Returns: as lease_rows. Transitions: queued -> leased. Locks: live rows, skipping locked ones.
create or replace function millrace.claim_lanes(p_tenant int, p_worker bigint, p_route int, p_want int, p_suspect boolean, p_sweep boolean)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz := millrace.clock();
  v_route millrace.limited_routes;
  v_gates bigint[];  -- with leases: the gate,
  v_used  int[];     -- how many,
  v_full  bigint[];  -- and those without room: of one key,
  v_shut  bigint[];  -- and of several
  v_left  int := p_want;
  v_lane  record;
  v_share double precision;
  v_take  int;
  v_opens timestamptz;
  v_some  tid[];
  v_rows  tid[] := '{}';
  v_vtime double precision;
  v_cut   boolean := true;  -- somebody would have got more
begin
  perform millrace.open_lanes(p_tenant, p_route, p_sweep, v_now);
  select * into v_route from millrace.limited_routes r where r.route_id = p_route;
  select coalesce(array_agg(x.gate), '{}'), coalesce(array_agg(x.n), '{}'),
         coalesce(array_agg(x.gate) filter (where x.n >= x.cap and x.own), '{}'),
         coalesce(array_agg(x.gate) filter (where x.n >= x.cap and not x.own), '{}')
  into v_gates, v_used, v_full, v_shut
  from (select g.gate, min(g.cap) as cap, sum(c.n)::int as n, bool_and(g.gate is not distinct from k.own) as own
        from (select l.route_id, l.lane, count(*) as n from millrace.live l
              where l.state = 'l' and l.lane <> 0
                and l.route_id = any (array(select p.route_id from millrace.limited_routes p
                                            where p.tenant_id = p_tenant and p.limits && v_route.limits))
              group by 1, 2) c
        join millrace.lanes k on k.route_id = c.route_id and k.lane = c.lane, unnest(k.gates, k.caps) g (gate, cap)
        group by g.gate) x;
  v_left := least(v_left, (select min(g.cap - coalesce(v_used[array_position(v_gates, g.gate)], 0))
                           from unnest(v_route.gates, v_route.caps) g (gate, cap)));
  if v_left <= 0 then
    return;
  end if;

  if p_suspect then  -- one, ahead of its lane
    select l.ctid, n.* into v_lane
    from millrace.live l join millrace.lanes n on n.route_id = l.route_id and n.lane = l.lane
    where l.state = 's' and l.route_id = p_route and l.tenant_id = p_tenant
      and (n.own = any (v_full)) is not true and not n.gates && v_shut
    limit 1 for update of l skip locked;
    if found then
      v_rows := array[v_lane.ctid];
      v_left := v_left - 1;
      v_gates := v_gates || v_lane.gates;  -- a gate that stands twice counts twice
      v_used := v_used || array_fill(1, array[cardinality(v_lane.gates)]);
    end if;
  end if;

  for v_pass in 1 .. 4 loop
    exit when v_left <= 0 or not v_cut;
    v_cut := false;
    v_share := ceil(v_left / greatest(1, (
      select count(*) from (select from millrace.lanes n where n.route_id = p_route and n.waiting and n.opens_at is null
                              and (n.own not in (select f from unnest(v_full) f)) is not false limit v_left) x))::double precision);
    for v_lane in
      select n.* from millrace.lanes n
      where n.route_id = p_route and n.waiting and n.opens_at is null
        and (n.own not in (select f from unnest(v_full) f)) is not false  -- hashed: it is the many that are full
        and not n.gates && v_shut
      order by n.vtime, n.lane
    loop
      exit when v_left <= 0;
      v_vtime := coalesce(v_vtime, v_lane.vtime);
      v_opens := null;
      v_take := least(v_left, ceil(v_share * v_lane.weight), (
        select min(g.cap - (select coalesce(sum(u.n), 0) from unnest(v_gates, v_used) u (gate, n) where u.gate = g.gate))
        from unnest(v_lane.gates, v_lane.caps) g (gate, cap)));
      continue when v_take <= 0;
      if cardinality(v_lane.meters) > 0 then
        select least(v_take, x.room), x.opens_at into v_take, v_opens
        from millrace.tokens_left(v_lane.meters, v_lane.rates, v_lane.bursts, v_now) x;
        if v_take <= 0 then
          update millrace.lanes n set opens_at = v_opens where n.route_id = p_route and n.lane = v_lane.lane;
          continue;
        end if;
        v_opens := null;
      end if;
      v_some := array(select l.ctid from millrace.live l
                      where l.state = 'q' and l.route_id = p_route and l.lane = v_lane.lane and l.tenant_id = p_tenant
                      order by l.turn limit v_take for update skip locked);
      if cardinality(v_some) > 0 then
        v_rows := v_rows || v_some;
        v_left := v_left - cardinality(v_some);
        v_gates := v_gates || v_lane.gates;
        v_used := v_used || array_fill(cardinality(v_some), array[cardinality(v_lane.gates)]);
        if cardinality(v_lane.meters) > 0 then
          v_opens := millrace.spend_tokens(p_tenant, v_lane.meters, v_lane.rates, v_lane.bursts, cardinality(v_some), v_now);
        end if;
        if v_lane.lane & 1 = 0 then  -- in which they are counted from now on
          insert into millrace.lanes (route_id, lane, tenant_id, keys, gates, caps, own, meters, rates, bursts, weight, vtime, waiting)
          values (p_route, v_lane.lane | 1, p_tenant, v_lane.keys, v_lane.gates, v_lane.caps, v_lane.own, '{}', '{}', '{}',
                  v_lane.weight, v_lane.vtime, false)
          on conflict on constraint lanes_pkey do nothing;
        end if;
      end if;
      v_cut := v_cut or cardinality(v_some) = v_take;
      update millrace.lanes n
      set vtime = n.vtime + cardinality(v_some) / n.weight, opens_at = v_opens, waiting = cardinality(v_some) = v_take
      where n.route_id = p_route and n.lane = v_lane.lane;
    end loop;
  end loop;

  if v_vtime is not null then
    update millrace.limited_routes r set vtime = v_vtime where r.route_id = p_route and r.vtime < v_vtime;
  end if;
  if cardinality(v_rows) > 0 then
    return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), v_now, p_begins => true);
  end if;
end $$;

comment on function millrace.claim_lanes(int, bigint, int, int, boolean, boolean) is 'Leases runs of a route that has limits.';
revoke execute on function millrace.claim_lanes(int, bigint, int, int, boolean, boolean) from public;
