-- claim_lanes: leases runs of a route that has limits. The caller holds these (lock_limits) and the worker's row.
-- Lanes are served by virtual time: who was given least, by weight, comes first, and each gets an equal part of what is wanted. A lane
-- with a million runs costs no more than one with a single run, nor a million lanes more than a thousand: none is sorted.
-- Whether a gate has room is counted from the leases, under the mutex: no counter can be wrong after a crash, a cancel or a bulk
-- operation. The price is a look at each leased run of the workflow. The lease makes a run's lane odd: it has begun.
-- Returns: as lease_rows. Transitions: queued -> leased. Locks: live rows, skipping locked ones.
create or replace function millrace.claim_lanes(p_tenant int, p_worker bigint, p_route int, p_want int, p_suspect boolean, p_sweep boolean)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_mergejoin = off set enable_bitmapscan = off set enable_sort = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz := millrace.clock();
  v_route millrace.limited_routes;
  v_gates bigint[];  -- of several keys: those that were passed,
  v_used  int[];     -- and how often
  v_own   jsonb;     -- of one key: {gate: how often},
  v_names text[];    -- and what is to be added there after this turn
  v_sums  text[];
  v_had   int;
  v_full  bigint[];  -- without room: of one key,
  v_shut  bigint[];  -- of several
  v_left  int := p_want;
  v_was   int;
  v_lane  millrace.lanes;
  v_share double precision;
  v_take  int;
  v_rows  tid[] := '{}';
  v_some  tid[];
  v_nth   int;
  v_vtime double precision;
begin
  perform millrace.open_lanes(p_tenant, p_route, p_sweep, v_now);
  select * into v_route from millrace.limited_routes r where r.route_id = p_route;
  select u.gates, u.used, u.own, u.own_full, u.shut into v_gates, v_used, v_own, v_full, v_shut
  from millrace.gate_use(p_tenant, v_route.limits) u;
  v_left := least(v_left, (select min(g.cap - coalesce(v_used[array_position(v_gates, g.gate)], 0))
                           from unnest(v_route.gates, v_route.caps) g (gate, cap)));
  if v_left <= 0 then
    return;
  end if;
  v_rows := case when p_suspect then millrace.take_suspect(p_tenant, p_route, v_full, v_shut) end;
  if cardinality(v_rows) > 0 then
    return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), v_now, p_begins => true);
    return;
  end if;
  v_rows := '{}';
  for v_turn in 1 .. 4 loop  -- who has less than its part leaves some to the others
    exit when v_left in (0, v_was);
    select v_left, '{}', '{}' into v_was, v_names, v_sums;
    v_share := ceil(v_left / greatest(1, (select count(*) from (
      select from millrace.lanes n where n.route_id = p_route and (n.begun or n.fresh and n.opens_at is null)
        and (n.own not in (select f from unnest(v_full) f)) is not false order by n.vtime, n.lane limit v_left) x))::float8);
    for v_lane in
      select n.* from millrace.lanes n
      where n.route_id = p_route and (n.begun or n.fresh and n.opens_at is null)
        and (n.own not in (select f from unnest(v_full) f)) is not false  -- hashed: they may be many
        and not n.gates && v_shut
      order by n.vtime, n.lane
    loop
      exit when v_left <= 0;
      v_vtime := coalesce(v_vtime, v_lane.vtime);
      v_take := least(v_left, ceil(v_share * v_lane.weight));
      v_had := coalesce((v_own ->> v_lane.own::text)::int, 0);
      for i in 1 .. cardinality(v_lane.gates) loop
        v_take := least(v_take, v_lane.caps[i] - coalesce(v_used[array_position(v_gates, v_lane.gates[i])], 0)
          - case when v_lane.gates[i] = v_lane.own then v_had  -- of one lane, but also of such as were keyed by other rules
            else coalesce(v_sums[array_position(v_names, v_lane.gates[i]::text)], v_own ->> v_lane.gates[i]::text, '0')::int end);
      end loop;
      continue when v_take <= 0;
      v_some := millrace.take_lane(v_lane, v_take, p_sweep, v_now);
      v_take := cardinality(v_some);
      continue when v_take = 0;
      v_left := v_left - v_take;
      v_rows := v_rows || v_some;
      for i in 1 .. cardinality(v_lane.gates) loop
        if v_lane.gates[i] is not distinct from v_lane.own then
          v_names := array_append(v_names, v_lane.own::text);
          v_sums := array_append(v_sums, (v_had + v_take)::text);
          continue;
        end if;
        v_nth := coalesce(array_position(v_gates, v_lane.gates[i]), cardinality(v_gates) + 1);
        v_gates[v_nth] := v_lane.gates[i];
        v_used[v_nth] := coalesce(v_used[v_nth], 0) + v_take;
      end loop;
    end loop;
    v_own := v_own || jsonb_object(v_names, v_sums);
    continue when v_rows = '{}';
    -- leased before the next turn: what we have locked ourselves would be found again
    return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), v_now, p_begins => true);
    v_rows := '{}';
  end loop;
  update millrace.limited_routes r set vtime = v_vtime where r.route_id = p_route and r.vtime < v_vtime;
end $$;

comment on function millrace.claim_lanes(int, bigint, int, int, boolean, boolean) is 'Leases runs of a route that has limits.';
revoke execute on function millrace.claim_lanes(int, bigint, int, int, boolean, boolean) from public;
