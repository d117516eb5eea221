-- limit_routes: has the runs of some routes handed out by rules from now on: of those of a workflow or queue with a row in limits, or
-- of one route that has just been made. There is no way back: runs may stand in lanes.
-- What workers have of them already is counted from the moment they hand it back.
-- Locks: live rows that are leased, skipping locked ones.
create or replace function millrace.limit_routes(p_tenant int, p_route int default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_new int[];
begin
  v_new := array(
    select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
    where r.tenant_id = p_tenant and (p_route is null or r.id = p_route)
      and exists (select from millrace.limits l where l.tenant_id = p_tenant and (l.kind, l.name) in (('w', w.name), ('q', r.queue)))
      and not exists (select from millrace.limited_routes x where x.route_id = r.id));
  insert into millrace.limited_routes as x (route_id, tenant_id, limits, gates, caps)
  select n.id, p_tenant, n.limits, g.gates[1:g.whole], g.caps[1:g.whole]
  from (select r.id, array_agg(l.id order by l.id) as limits
        from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
        join millrace.limits l on l.tenant_id = r.tenant_id and (l.kind, l.name) in (('w', w.name), ('q', r.queue))
        where r.tenant_id = p_tenant and (p_route is null or r.id = p_route) group by r.id) n,
  lateral millrace.lane_gates(n.limits, '{}') g
  order by n.id
  on conflict (route_id) do update set limits = excluded.limits, gates = excluded.gates, caps = excluded.caps
  where (x.limits, x.gates, x.caps) is distinct from (excluded.limits, excluded.gates, excluded.caps);
  if cardinality(v_new) > 0 then
    update millrace.live l set lane = 1
    where l.ctid = any (array(select x.ctid from millrace.live x where x.state = 'l' and x.lane = 0 and x.route_id = any (v_new)
                              for update skip locked));
    insert into millrace.lanes (route_id, lane, tenant_id, keys, gates, caps, own, meters, rates, bursts, vtime)
    select n.route_id, 0, p_tenant, '{}', g.gates, g.caps, g.own, g.meters, g.rates, g.bursts, 0
    from millrace.limited_routes n, lateral millrace.lane_gates(n.limits, '{}') g where n.route_id = any (v_new)
    on conflict (route_id, lane) do nothing;
  end if;
end $$;

comment on function millrace.limit_routes(int, int) is 'Has the runs of routes handed out by rules from now on.';
revoke execute on function millrace.limit_routes(int, int) from public;
