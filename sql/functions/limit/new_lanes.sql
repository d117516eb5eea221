-- new_lanes: the lanes of a route (odd where their runs have begun) that have queued runs and are not known as such, by a walk from
-- lane to lane: what committed late is found so. It costs a look for each lane, however many runs wait.
create or replace function millrace.new_lanes(p_route int) returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  with recursive walk as (
    (select l.lane from millrace.live l where l.state = 'q' and l.route_id = p_route order by l.lane limit 1)
    union all
    select (select l.lane from millrace.live l where l.state = 'q' and l.route_id = p_route and l.lane > w.lane order by l.lane limit 1)
    from walk w where w.lane is not null)
  select w.lane from walk w
  where w.lane is not null and not exists (
    select from millrace.lanes n
    where n.route_id = p_route and n.lane = w.lane & -2 and case w.lane & 1 when 1 then n.begun else n.fresh end)
$$;

comment on function millrace.new_lanes(int) is 'The lanes of a route that have queued runs and are not known as waiting.';
revoke execute on function millrace.new_lanes(int) from public;
