-- claim_lanes: leases runs of a route that has limits. The caller holds these (lock_limits) and the worker's row.
-- Lanes are served by virtual time: who was given least, by weight, comes first, and each gets an equal part of what is wanted. So a
-- lane with a million runs costs no more than one with a single run, and keeps none of the others waiting.
-- Whether a gate has room is counted from the leases, under the mutex: no counter can be wrong after a crash, a cancel or a bulk
-- operation, and giving a place back is no work at all. The price is a look at each leased run of the workflow in each call.
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
  v_use   record;
  v_gates bigint[];  -- that were passed: a gate may stand here several times,
  v_used  int[];     -- and how many passed it
  v_left  int := p_want;
  v_lane  millrace.lanes;
  v_share double precision;
  v_take  int;
  v_some  tid[];
  v_rows  tid[] := '{}';
  v_vtime double precision;
  v_cut   boolean := true;  -- somebody would have got more
begin
  perform millrace.open_lanes(p_tenant, p_route, p_sweep, v_now);
  select * into v_route from millrace.limited_routes r where r.route_id = p_route;
  select * into v_use from millrace.gate_use(p_tenant, v_route.limits);
  v_gates := v_use.gates;
  v_used := v_use.used;
  v_left := least(v_left, (select min(g.cap - coalesce(v_used[array_position(v_gates, g.gate)], 0))
                           from unnest(v_route.gates, v_route.caps) g (gate, cap)));
  if v_left <= 0 then
    return;
  end if;

  if p_suspect then  -- one, ahead of its lane
    select array[l.ctid], n.gates into v_rows, v_lane.gates
    from millrace.live l join millrace.lanes n on n.route_id = l.route_id and n.lane = l.lane
    where l.state = 's' and l.route_id = p_route and l.tenant_id = p_tenant
      and (n.own = any (v_use.full_ones)) is not true and not n.gates && v_use.shut_ones
    limit 1 for update of l skip locked;
    v_rows := coalesce(v_rows, '{}');
    v_left := v_left - cardinality(v_rows);
    v_gates := v_gates || v_lane.gates;
    v_used := v_used || array_fill(cardinality(v_rows), array[coalesce(cardinality(v_lane.gates), 0)]);
  end if;

  for v_pass in 1 .. 4 loop
    exit when v_left <= 0 or not v_cut;
    v_cut := false;
    v_share := ceil(v_left / greatest(1, (
      select count(*) from (select from millrace.lanes n where n.route_id = p_route and n.waiting and n.opens_at is null
                              and (n.own not in (select f from unnest(v_use.full_ones) f)) is not false limit v_left) x))::float8);
    for v_lane in
      select n.* from millrace.lanes n
      where n.route_id = p_route and n.waiting and n.opens_at is null
        and (n.own not in (select f from unnest(v_use.full_ones) f)) is not false  -- hashed: they may be many
        and not n.gates && v_use.shut_ones
      order by n.vtime, n.lane
    loop
      exit when v_left <= 0;
      v_vtime := coalesce(v_vtime, v_lane.vtime);
      v_take := least(v_left, ceil(v_share * v_lane.weight), (
        select min(g.cap - (select coalesce(sum(u.n), 0) from unnest(v_gates, v_used) u (gate, n) where u.gate = g.gate))
        from unnest(v_lane.gates, v_lane.caps) g (gate, cap)));
      continue when v_take <= 0;
      v_some := millrace.take_lane(v_lane, v_take, v_now);
      v_cut := v_cut or cardinality(v_some) = v_take;
      v_left := v_left - cardinality(v_some);
      v_rows := v_rows || v_some;
      v_gates := v_gates || v_lane.gates;
      v_used := v_used || array_fill(cardinality(v_some), array[cardinality(v_lane.gates)]);
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
