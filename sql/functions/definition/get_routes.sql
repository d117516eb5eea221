-- get_routes: the routes of a tenant that a worker can serve: of workflow versions it has, in queues it takes (null: all),
-- highest priority first; with the place in its queue after which to look first, and how long a sweep from its head took last
-- (0 where that was never worth noting); limited: its runs are handed out by limits.
drop function if exists millrace.get_routes(int, text[], text[], text[]);
create or replace function millrace.get_routes(p_tenant int, p_names text[], p_versions text[], p_queues text[] default null)
returns table (route_id int, name text, version text, queue text, priority int, head bigint, sweep_ms int, limited boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.id, w.name, w.version, r.queue, r.priority::int, coalesce(h.turn, 0), coalesce(h.sweep_ms, 0),
         exists (select from millrace.limited_routes m where m.route_id = r.id and not m.free)
  from unnest(p_names, p_versions) u (name, version)
  join millrace.workflows w on w.tenant_id = p_tenant and w.name = u.name and w.version = u.version
  join millrace.routes r on r.workflow_id = w.id
  left join millrace.queue_heads h on h.route_id = r.id
  where p_queues is null or r.queue = any (p_queues)
  order by r.priority desc, r.id
$$;

comment on function millrace.get_routes(int, text[], text[], text[]) is 'The routes that a worker can serve, highest priority first.';
revoke execute on function millrace.get_routes(int, text[], text[], text[]) from public;
