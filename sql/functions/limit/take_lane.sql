-- take_lane: locks up to p_most queued runs of a lane: those that have begun first, then others, as far as its meters let them begin;
-- and notes what the lane was given. What gave less than it was asked for has no more. The caller holds the limits, leases the rows,
-- and has set how to plan. It looks from where the last look ended; with p_sweep from the beginning.
-- Locks: live rows, skipping locked ones.
drop function if exists millrace.take_lane(millrace.lanes, int, timestamptz);
create or replace function millrace.take_lane(p_lane millrace.lanes, p_most int, p_sweep boolean, p_now timestamptz) returns tid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_begun tid[] := '{}';
  v_fresh tid[] := '{}';
  v_most  int;
  v_opens timestamptz := p_lane.opens_at;
  v_more  boolean := p_lane.fresh;  -- that have not begun
  v_begun_to bigint;
  v_fresh_to bigint;
begin
  if p_lane.begun then
    select coalesce(array_agg(x.ctid), '{}'), max(x.turn) into v_begun, v_begun_to
    from (select l.ctid, l.turn from millrace.live l
          where l.state = 'q' and l.route_id = p_lane.route_id and l.lane = p_lane.lane | 1 and l.tenant_id = p_lane.tenant_id
            and l.turn > case when p_sweep then 0 else p_lane.begun_after end
          order by l.turn limit p_most for update skip locked) x;
  end if;
  v_most := p_most - cardinality(v_begun);
  if p_lane.fresh and v_opens is null and v_most > 0 then
    if cardinality(p_lane.meters) > 0 then
      select least(v_most, t.room), case when t.room < 1 then t.opens_at end into v_most, v_opens
      from millrace.tokens_left(p_lane.meters, p_lane.rates, p_lane.bursts, p_now) t;
    end if;
    if v_most > 0 then
      select coalesce(array_agg(x.ctid), '{}'), max(x.turn) into v_fresh, v_fresh_to
      from (select l.ctid, l.turn from millrace.live l
            where l.state = 'q' and l.route_id = p_lane.route_id and l.lane = p_lane.lane and l.tenant_id = p_lane.tenant_id
              and l.turn > case when p_sweep then 0 else p_lane.fresh_after end
            order by l.turn limit v_most for update skip locked) x;
      v_more := cardinality(v_fresh) = v_most;
      if cardinality(p_lane.meters) > 0 and cardinality(v_fresh) > 0 then
        v_opens := millrace.spend_tokens(p_lane.tenant_id, p_lane.meters, p_lane.rates, p_lane.bursts, cardinality(v_fresh), p_now);
      end if;
    end if;
  end if;
  update millrace.lanes n
  set vtime = n.vtime + cardinality(v_begun || v_fresh) / n.weight, begun = n.begun and cardinality(v_begun) = p_most, fresh = v_more,
      opens_at = v_opens, begun_after = greatest(n.begun_after, v_begun_to), fresh_after = greatest(n.fresh_after, v_fresh_to)
  where n.route_id = p_lane.route_id and n.lane = p_lane.lane;
  return v_begun || v_fresh;
end $$;

comment on function millrace.take_lane(millrace.lanes, int, boolean, timestamptz) is 'Locks queued runs of a lane that may be leased now.';
revoke execute on function millrace.take_lane(millrace.lanes, int, boolean, timestamptz) from public;
