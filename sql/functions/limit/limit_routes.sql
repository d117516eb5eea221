-- limit_routes: has the runs of some routes handed out by rules from now on, or, where the rules are gone, as if there had never been
-- any: of the routes of one row in limits (p_limit), or of one route that has just been made (p_route). What is free again keeps its
-- row: runs may stand in lanes, and starts that saw the old rules come late. They are looked for there, too (claim_free), and where
-- rules come back they are found in their lanes.
-- What workers have of a route when its rules come is counted, but for what they were just being given: that is counted from the
-- moment they hand it back.
-- Locks: with p_limit, as who changes rules: rows of limits, ascending (those who hand out skip them); live rows that are leased,
-- skipping locked ones.
drop function if exists millrace.limit_routes(int, int);
create or replace function millrace.limit_routes(p_tenant int, p_limit int, p_route int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_had  int[];  -- by rules until now
  v_have int[];  -- and from now on
  v_new  int[];
begin
  select coalesce(array_agg(r.id), '{}'), array_agg(r.id) filter (where not x.free) into v_have, v_had
  from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
  left join millrace.limited_routes x on x.route_id = r.id
  where r.tenant_id = p_tenant and case when p_route is not null then r.id = p_route
    else exists (select from millrace.limits l where l.id = p_limit and l.name = case l.kind when 'w' then w.name else r.queue end) end;
  if p_limit is not null then  -- or a claim that holds another limit of a route would wait for us, and we for its lanes
    perform from millrace.limits l
    where l.id = any (array(select unnest(x.limits) from millrace.limited_routes x where x.route_id = any (v_have)))
    order by l.id for no key update;
  end if;
  insert into millrace.limited_routes as x (route_id, tenant_id, limits, gates, caps, free, paused)
  select n.id, p_tenant, n.limits, g.gates[1:g.whole], g.caps[1:g.whole], n.free, n.paused
  from (select r.id, array_agg(l.id order by l.id) as limits, bool_and(l.rules = '{}') as free,
               bool_or(l.paused_at is not null) as paused
        from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
        join millrace.limits l on l.tenant_id = r.tenant_id and (l.kind, l.name) in (('w', w.name), ('q', r.queue))
        where r.id = any (v_have) group by r.id) n,
  lateral millrace.lane_gates(n.limits, '{}') g
  order by n.id
  on conflict (route_id) do update set limits = excluded.limits, gates = excluded.gates, caps = excluded.caps, free = excluded.free,
    paused = excluded.paused, seen_turn = case when excluded.free then 0 else x.seen_turn end,
    vtime = case when excluded.free then 0 else x.vtime end
  where (x.limits, x.gates, x.caps, x.free, x.paused)
        is distinct from (excluded.limits, excluded.gates, excluded.caps, excluded.free, excluded.paused);
  delete from millrace.lanes n using millrace.limited_routes r
  where r.route_id = any (v_had) and r.free and n.route_id = r.route_id;
  v_new := array(select r.route_id from millrace.limited_routes r
                 where r.route_id = any (v_have) and not r.free and r.route_id <> all (coalesce(v_had, '{}')));
  if cardinality(v_new) > 0 then
    perform millrace.take_in_leases(p_tenant, v_new);
  end if;
end $$;

comment on function millrace.limit_routes(int, int, int) is 'Has the runs of routes handed out by rules from now on, or without.';
revoke execute on function millrace.limit_routes(int, int, int) from public;
