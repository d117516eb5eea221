-- split_routes: which of a worker's routes have limits (laned), which of these may have something to hand out (ready), and the others
-- (plain) with the places after which to look in them. Nothing at all while everything of the tenant is paused.
create or replace function millrace.split_routes(
  p_tenant int, p_routes int[], p_after bigint[], p_suspect boolean, p_sweep boolean,
  out laned int[], out ready int[], out plain int[], out after bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off as $$
begin
  plain := p_routes;
  after := p_after;
  if exists (select from millrace.tenants t where t.id = p_tenant and t.paused_at is not null) then
    laned := p_routes;
    plain := '{}';
    after := '{}';
  elsif exists (select from millrace.limited_routes r where r.tenant_id = p_tenant) then
    laned := array(select r.route_id from millrace.limited_routes r where r.tenant_id = p_tenant and r.route_id = any (p_routes));
    ready := array(select u.route from unnest(laned) u (route) where millrace.has_lanes(u.route, p_suspect, p_sweep));
    select array_agg(u.route order by u.i), array_agg(u.after order by u.i) into plain, after
    from unnest(p_routes, p_after) with ordinality u (route, after, i) where u.route <> all (laned);
  end if;
end $$;

comment on function millrace.split_routes(int, int[], bigint[], boolean, boolean) is 'Which of a worker''s routes have limits.';
revoke execute on function millrace.split_routes(int, int[], bigint[], boolean, boolean) from public;
