-- look_for_tenants: what a claim of a worker for all tenants may find, seen without a lock; as look_for_work does for one tenant.
-- Parameters as of claim_tenants.
-- Returns: due, early, something as look_for_work; ways, how each of the ready routes is to be served (route_ways; x also where the
-- tenant is paused, suspended, being deleted or gone); plain, with after, the routes that are as they are, also of those that are not
-- ready. One statement for all tenants.
create or replace function millrace.look_for_tenants(
  p_routes int[], p_tenants int[], p_after bigint[], p_ready int, p_want int, p_suspect boolean, p_since timestamptz, p_ahead int,
  p_lanes int, p_look timestamptz, out due boolean, out early boolean, out ways "char"[], out plain int[], out after bigint[],
  out something boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_shut int[] := array(
    select u.id from (select distinct x.id from unnest(p_tenants) x (id)) u
    where not exists (select from millrace.tenants t
                      where t.id = u.id and coalesce(t.paused_at, t.suspended_at, t.deleting_at) is null));
begin
  due := exists (select from millrace.live l
                 where l.state = 'w' and l.wake_at > coalesce(p_since, '-infinity') and l.wake_at <= p_look);
  if exists (select from unnest(p_routes) u (id) join millrace.limited_routes r on r.route_id = u.id) then
    ways := millrace.route_ways(0, p_routes, p_suspect, p_since is null);
  else
    ways := array_fill(null::"char", array[cardinality(p_routes)]);
  end if;
  if v_shut <> '{}' then
    ways := array(select case when u.tenant = any (v_shut) then 'x' else u.way end
                  from unnest(p_tenants, ways) with ordinality u (tenant, way, i) order by u.i);
  end if;
  select coalesce(array_agg(u.route order by u.i), '{}'), coalesce(array_agg(u.after order by u.i), '{}') into plain, after
  from unnest(p_routes, p_after, ways) with ordinality u (route, after, way, i) where u.way is null or u.way = 'f';
  early := p_ahead > 0 and millrace.has_early(0, plain, p_look, least(p_ahead, p_want));
  ways := ways[1:p_ready];
  something := due or early or coalesce('f' = any (ways) or coalesce(p_lanes, 1) > 0 and 'l' = any (ways), false) or exists (
    select from unnest(p_routes[1:p_ready], p_after[1:p_ready], ways) u (route, after, way)
    where u.way is null
      and (exists (select from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane = 0 and l.turn > u.after)
           or p_suspect and exists (select from millrace.live l where l.state = 's' and l.route_id = u.route)));
end $$;

comment on function millrace.look_for_tenants(
  int[], int[], bigint[], int, int, boolean, timestamptz, int, int, timestamptz) is
  'What a claim of a worker for all tenants may find, seen without a lock.';
revoke execute on function millrace.look_for_tenants(
  int[], int[], bigint[], int, int, boolean, timestamptz, int, int, timestamptz) from public;
