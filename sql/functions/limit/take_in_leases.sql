-- take_in_leases: counts what workers have of routes that get rules: their lanes are made known, as runs that have begun. Runs without
-- one stand in lane 0, and so do all that wait for a worker there without one.
-- Locks: live rows that are leased, skipping locked ones: what is just being leased or handed back is counted when it comes again.
create or replace function millrace.take_in_leases(p_tenant int, p_routes int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update millrace.live l set lane = l.lane | 1
  where l.ctid = any (array(select x.ctid from millrace.live x where x.state = 'l' and x.lane & 1 = 0 and x.route_id = any (p_routes)
                            order by x.run_id, x.task for update skip locked));
  insert into millrace.lanes (route_id, lane, tenant_id, keys, gates, caps, own, meters, rates, bursts, weight, vtime)
  select distinct on (n.route_id, x.lane) n.route_id, x.lane, p_tenant, x.keys, g.gates, g.caps, g.own, g.meters, g.rates, g.bursts,
         x.weight, 0
  from millrace.limited_routes n,
  lateral (select 0::bigint as lane, '{}'::jsonb as keys, 1::double precision as weight
           union all
           select l.lane & -2, coalesce(r.meta::jsonb -> 'keys', '{}'), coalesce((r.meta::jsonb ->> 'weight')::double precision, 1)
           from millrace.live l join millrace.runs r on r.id = l.run_id
           where l.state = 'l' and l.lane not in (0, 1) and l.route_id = n.route_id) x,
  lateral millrace.lane_gates(n.limits, x.keys) g
  where n.route_id = any (p_routes)
  order by n.route_id, x.lane
  on conflict (route_id, lane) do nothing;
end $$;

comment on function millrace.take_in_leases(int, int[]) is 'Counts what workers have of routes that get rules.';
revoke execute on function millrace.take_in_leases(int, int[]) from public;
