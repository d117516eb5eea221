-- resolve_route: where a start goes: the interned (workflow version, queue, priority), with the definition's defaults
-- for what the caller left open, and what it then is. Without a version: of those that a living worker has the one that was
-- registered last, so that a start does not wait for a deployment; if no worker lives, of all. Stored graphs need no deployment:
-- workers that take them have every version.
-- What was deleted is not there; for a run that continues another (p_deleted) it is, behind all that was not.
-- A tenant has its own definitions, and copies of the installation's (shared_workflow); where it has one of its own, that one is meant.
-- keys: the paths into the input that its limits need the values of, null: none (limit_keys).
-- Raises: MR001 for a machine, MR040 for a workflow or version that nobody registered, MR020 when a tenant has 10,000 routes.
-- Locks: none, or the row that it inserts; at a tenant's first start of a version of the installation's, as share_workflow.
drop function if exists millrace.resolve_route(int, text, text, text, int);
create or replace function millrace.resolve_route(
  p_tenant int, p_name text, p_version text default null, p_queue text default null, p_priority int default null,
  p_deleted boolean default false)
returns table (route_id int, version text, queue text, priority int, definition jsonb, keys text[], weight text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_workflow millrace.workflows;
  v_queue    text;
  v_priority smallint;
  v_route    int;
begin
  select * into v_workflow from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_name and (p_version is null or w.version = p_version)
    and (p_deleted or w.deleted_at is null)
  order by w.deleted_at is null desc, w.shared_id is null desc, p_version is null and exists (
             select from millrace.workers k
             where k.tenant_id in (0, p_tenant) and k.expires_at > pg_catalog.clock_timestamp()
               and (w.definition ->> 'kind' = 'graph' and k.info -> 'graphs' ?| array['*', w.name]
                    or k.tenant_id = p_tenant and exists (select from jsonb_array_elements(k.info -> 'workflows') e
                                                          where e ->> 0 = w.name and e ->> 1 = w.version))) desc,
           w.registered_at desc, w.id desc limit 1;
  if v_workflow.shared_id is not null or v_workflow.id is null then
    v_workflow := millrace.shared_workflow(p_tenant, p_name, p_version, v_workflow);
  end if;
  if v_workflow.id is null then
    perform millrace.fail('MR040',
      format('Workflow "%s"%s is not registered.', p_name,
        case when p_version is not null then format(' in version "%s"', p_version) else '' end),
      'Check the name, or start a worker (or engine.start(false)) that registers it before runs are started.',
      json_build_object('workflow_id', p_name, 'version', p_version));
  end if;
  v_queue := coalesce(p_queue, v_workflow.definition ->> 'queue', 'default');
  v_priority := coalesce(p_priority, (v_workflow.definition ->> 'priority')::int, 0);
  select r.id into v_route from millrace.routes r
  where r.tenant_id = p_tenant and r.workflow_id = v_workflow.id and r.queue = v_queue and r.priority = v_priority;
  if not found then
    if v_workflow.definition ->> 'kind' = 'machine' then
      perform millrace.fail('MR001', format('"%s" is a machine, and has no runs.', p_name),
        'Entities move through its states. Start one: "millrace entities start", client.entity(machine, id).start(), '
          || 'POST /api/entities/{machine}/{id}, or millrace.start_entity in SQL.',
        json_build_object('workflow_id', p_name, 'kind', 'machine'));
    end if;
    if (select count(*) from millrace.routes r where r.tenant_id = p_tenant) >= 10000 then
      perform millrace.fail('MR020', 'The limit of 10,000 combinations of workflow version, queue and priority is reached.',
        'Use fewer distinct queues and priorities.', json_build_object('queue', v_queue, 'priority', v_priority));
    end if;
    insert into millrace.routes (tenant_id, workflow_id, queue, priority)
    values (p_tenant, v_workflow.id, v_queue, v_priority)
    on conflict on constraint routes_key do nothing;
    perform millrace.watch_retention(v_workflow.id);
    select r.id into v_route from millrace.routes r
    where r.tenant_id = p_tenant and r.workflow_id = v_workflow.id and r.queue = v_queue and r.priority = v_priority;
    perform millrace.limit_routes(p_tenant, null, v_route);
    perform millrace.hint();
  end if;
  return query select v_route, v_workflow.version, v_queue, v_priority::int, v_workflow.definition,
    millrace.limit_paths(p_tenant, p_name, v_queue), millrace.weight_path(p_tenant, p_name, v_queue);
end $$;

comment on function millrace.resolve_route(int, text, text, text, int, boolean) is 'Where a start goes, and the defaults it gets.';
revoke execute on function millrace.resolve_route(int, text, text, text, int, boolean) from public;
