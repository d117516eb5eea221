-- take_lane: locks up to p_most queued runs of a lane, the oldest first, as far as its meters let them begin, and notes what the lane
-- was given. A lane that gave less than it was asked for has no more. The caller holds the limits and leases the rows.
-- Locks: live rows, skipping locked ones.
create or replace function millrace.take_lane(p_lane millrace.lanes, p_most int, p_now timestamptz) returns tid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_most  int := p_most;
  v_opens timestamptz;
  v_rows  tid[];
begin
  if cardinality(p_lane.meters) > 0 then
    select least(v_most, t.room), t.opens_at into v_most, v_opens
    from millrace.tokens_left(p_lane.meters, p_lane.rates, p_lane.bursts, p_now) t;
    if v_most <= 0 then
      update millrace.lanes n set opens_at = v_opens where n.route_id = p_lane.route_id and n.lane = p_lane.lane;
      return '{}';
    end if;
    v_opens := null;
  end if;
  v_rows := array(select l.ctid from millrace.live l
                  where l.state = 'q' and l.route_id = p_lane.route_id and l.lane = p_lane.lane and l.tenant_id = p_lane.tenant_id
                  order by l.turn limit v_most for update skip locked);
  if cardinality(v_rows) > 0 and cardinality(p_lane.meters) > 0 then
    v_opens := millrace.spend_tokens(p_lane.tenant_id, p_lane.meters, p_lane.rates, p_lane.bursts, cardinality(v_rows), p_now);
  end if;
  if cardinality(v_rows) > 0 and p_lane.lane & 1 = 0 then  -- in which they are counted from now on
    insert into millrace.lanes (route_id, lane, tenant_id, keys, gates, caps, own, meters, rates, bursts, weight, vtime, waiting)
    values (p_lane.route_id, p_lane.lane | 1, p_lane.tenant_id, p_lane.keys, p_lane.gates, p_lane.caps, p_lane.own, '{}', '{}', '{}',
            p_lane.weight, p_lane.vtime, false)
    on conflict on constraint lanes_pkey do nothing;
  end if;
  update millrace.lanes n
  set vtime = n.vtime + cardinality(v_rows) / n.weight, opens_at = v_opens, waiting = cardinality(v_rows) = v_most
  where n.route_id = p_lane.route_id and n.lane = p_lane.lane;
  return v_rows;
end $$;

comment on function millrace.take_lane(millrace.lanes, int, timestamptz) is 'Locks queued runs of a lane that may be leased now.';
revoke execute on function millrace.take_lane(millrace.lanes, int, timestamptz) from public;
