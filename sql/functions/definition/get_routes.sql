-- get_routes: the routes of a tenant that a worker can serve: of workflow versions it has, in queues it takes (null: all),
-- highest priority first.
create or replace function millrace.get_routes(p_tenant int, p_names text[], p_versions text[], p_queues text[] default null)
returns table (route_id int, name text, version text, queue text, priority int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select r.id, w.name, w.version, r.queue, r.priority::int
  from unnest(p_names, p_versions) u (name, version)
  join millrace.workflows w on w.tenant_id = p_tenant and w.name = u.name and w.version = u.version
  join millrace.routes r on r.workflow_id = w.id
  where p_queues is null or r.queue = any (p_queues)
  order by r.priority desc, r.id
$$;

comment on function millrace.get_routes(int, text[], text[], text[]) is 'The routes that a worker can serve, highest priority first.';
revoke execute on function millrace.get_routes(int, text[], text[], text[]) from public;
