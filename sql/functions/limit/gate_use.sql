-- gate_use: how many leases go through each gate of these limits, counted from the leases themselves. Own gates, which are of one
-- key: {gate: leases}, and those without room; of several keys: gates, their leases, and those without room. Each gate is in one of
-- them, by the lanes that have leases: who asks for another lane looks into both. Who holds the limits knows
-- that nobody adds to them meanwhile.
create or replace function millrace.gate_use(
  p_tenant int, p_limits int[], out own jsonb, out own_full bigint[], out gates bigint[], out used int[], out shut bigint[])
language sql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_mergejoin = off as $$
  select coalesce(jsonb_object_agg(x.gate, x.n) filter (where x.own), '{}'),
         coalesce(array_agg(x.gate) filter (where x.own and x.n >= x.cap), '{}'),
         coalesce(array_agg(x.gate) filter (where not x.own), '{}'), coalesce(array_agg(x.n) filter (where not x.own), '{}'),
         coalesce(array_agg(x.gate) filter (where not x.own and x.n >= x.cap), '{}')
  from (select g.gate, min(g.cap) as cap, sum(c.n)::int as n, bool_and(g.gate is not distinct from k.own) as own
        from (select l.route_id, l.lane & -2 as lane, count(*) as n from millrace.live l
              where l.state = 'l' and l.lane <> 0
                and l.route_id = any (array(select p.route_id from millrace.limited_routes p
                                            where p.tenant_id = p_tenant and p.limits && p_limits))
              group by 1, 2) c
        join millrace.lanes k on k.route_id = c.route_id and k.lane = c.lane, unnest(k.gates, k.caps) g (gate, cap)
        group by g.gate) x
$$;

comment on function millrace.gate_use(int, int[]) is 'How many leases go through each gate of these limits.';
revoke execute on function millrace.gate_use(int, int[]) from public;
