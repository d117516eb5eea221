-- look_for_work: what a claim may find, seen without a lock: a fence drawn or a row locked for nothing costs a flush to disk.
-- Parameters as of claim_tasks.
-- Returns: due, runs whose time has come; early, such whose time comes soon; ways, how its routes are to be served (route_ways; null:
-- all as they are); plain, those that are as they are, with the places after which to look; something, whether there is anything.
-- While everything of the tenant is paused, or the tenant suspended, there is no route.
drop function if exists millrace.split_routes(int, int[], bigint[], boolean, boolean);
create or replace function millrace.look_for_work(
  p_tenant int, p_routes int[], p_after bigint[], p_want int, p_suspect boolean, p_since timestamptz, p_ahead int, p_lanes int,
  p_look timestamptz, out due boolean, out early boolean, out ways "char"[], out plain int[], out after bigint[], out something boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  due := exists (select from millrace.live l
                 where l.state = 'w' and l.wake_at > coalesce(p_since, '-infinity') and l.wake_at <= p_look);
  early := p_ahead > 0 and millrace.has_early(p_tenant, p_routes, p_look, least(p_ahead, p_want));
  plain := p_routes;
  after := p_after;
  if exists (select from millrace.tenants t where t.id = p_tenant and coalesce(t.paused_at, t.suspended_at, t.deleting_at) is not null) then
    ways := array_fill('x'::"char", array[cardinality(p_routes)]);
    plain := '{}';
    after := '{}';
  elsif exists (select from millrace.limited_routes r where r.tenant_id = p_tenant) then
    ways := millrace.route_ways(p_tenant, p_routes, p_suspect, p_since is null);
    select array_agg(u.route order by u.i), array_agg(u.after order by u.i) into plain, after
    from unnest(p_routes, p_after, ways) with ordinality u (route, after, way, i) where u.way is null or u.way = 'f';
  end if;
  something := due or early or coalesce('f' = any (ways) or coalesce(p_lanes, 1) > 0 and 'l' = any (ways), false) or exists (
    select from unnest(plain, after) u (route, after)
    where exists (select from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane = 0 and l.turn > u.after)
       or p_suspect and exists (select from millrace.live l where l.state = 's' and l.route_id = u.route));
end $$;

comment on function millrace.look_for_work(int, int[], bigint[], int, boolean, timestamptz, int, int, timestamptz) is
  'What a claim may find, seen without a lock.';
revoke execute on function millrace.look_for_work(int, int[], bigint[], int, boolean, timestamptz, int, int, timestamptz) from public;
