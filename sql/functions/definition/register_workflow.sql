-- register_workflow: makes a workflow version known, so that runs of it can be started, and the one that a start without a
-- version takes. Registering it again with another definition, the new options apply to starts from now on.
-- One that was deleted is there again (revive_name).
--   p_tenant    0: the installation's, which all tenants may start: their copies follow (share_workflow). Where a tenant registers
--               something else under the version of a copy, that is its own from then on
--   p_document  what it is, where that is data (a flow's shape, a graph), and p_hash, of what counts in it; null: code alone
-- Returns: the route of its own queue and priority; null for a machine (keep_machine), which has no runs. Raises: MR001 for limits, rules
-- or attributes that it cannot have; MR015 if the version exists with another content, or the name is that of a machine; MR030.
-- Locks: as hold_name, then the workflow's row; of the installation's also those tenants that have copies, as hold_tenant, and these.
drop function if exists millrace.register_workflow(int, text, text, jsonb);
create or replace function millrace.register_workflow(
  p_tenant int, p_name text, p_version text, p_definition jsonb, p_document text default null, p_hash text default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now   timestamptz := clock_timestamp();
  v_route int;
  v_id    int;
  v_old   millrace.workflows;
  v_one   int;
begin
  if p_definition ->> 'kind' = 'machine' then
    perform millrace.check_machine(p_document::jsonb);
    perform millrace.keep_machine(p_tenant, p_name, p_version, p_document::jsonb);
    return null;
  end if;
  perform millrace.hold_name(p_tenant, p_name);
  perform millrace.fail('MR015', format('Workflow "%s" exists, and is a machine.', p_name), 'Give this one a name of its own.',
    json_build_object('workflow_id', p_name))
  where exists (select from millrace.workflows w where w.tenant_id = p_tenant and w.name = p_name and w.deleted_at is null
                and w.definition ->> 'kind' = 'machine');
  perform millrace.check_rules(p_name, p_definition -> 'rules');
  perform millrace.revive_name(p_tenant, p_name, p_version, coalesce(p_definition ->> 'kind', 'function'), p_document, p_hash);
  select * into v_old from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_name and w.version = p_version order by w.id for update;
  insert into millrace.workflows (tenant_id, name, version, definition, registered_at)
  values (p_tenant, p_name, p_version, p_definition, v_now)
  on conflict (tenant_id, name, version)
  do update set definition = excluded.definition, registered_at = greatest(workflows.registered_at, excluded.registered_at),
                deleted_at = null
  returning id into v_id;
  if v_old.shared_id is not null and v_old.definition <> p_definition then
    update millrace.workflows w set shared_id = null where w.id = v_id;
    insert into millrace.workflow_documents (workflow_id, tenant_id, document, hash)
    select v_id, p_tenant, d.document, d.hash from millrace.workflow_documents d where d.workflow_id = v_old.shared_id
    on conflict (workflow_id) do nothing;
  end if;
  perform millrace.put_document(p_tenant, v_id, p_document, p_hash);
  if p_definition ? 'attributes' then
    perform millrace.put_attributes(p_tenant, p_name, p_definition -> 'attributes');
  end if;
  -- before the route, or two that do this at once would each wait for the other's
  perform millrace.put_limits(p_tenant, 'w', p_name, coalesce(p_definition -> 'limits', '{}'));
  v_route := (select route_id from millrace.resolve_route(p_tenant, p_name, p_version));
  perform millrace.put_event_starts(p_tenant, v_id, coalesce(p_definition -> 'start_on', '[]'));
  if p_definition ? 'retention_ms' then
    perform millrace.watch_retention(v_id);
  end if;
  if p_definition ->> 'kind' = 'graph' then  -- to those that take stored graphs; a version that is there already makes no new route
    perform pg_notify('millrace', 'graphs');
  end if;
  if p_tenant = 0 and v_old.definition is distinct from p_definition then
    for v_one in  -- held as by hold_tenant, which would refuse all for the sake of one that is being deleted
      select t.id from millrace.tenants t
      where t.deleting_at is null and t.id in (select c.tenant_id from millrace.workflows s join millrace.workflows c on c.shared_id = s.id
                                               where s.tenant_id = 0 and s.name = p_name) order by t.id for key share of t
    loop
      perform millrace.put_limits(v_one, 'w', p_name, coalesce(p_definition -> 'limits', '{}'));  -- of all of its versions
      perform millrace.share_workflow(v_one, s) from millrace.workflows s, millrace.workflows c
      where s.id = v_id and c.shared_id = s.id and c.tenant_id = v_one;
    end loop;
  end if;
  return v_route;
end $$;

comment on function millrace.register_workflow(int, text, text, jsonb, text, text) is 'Makes a workflow version known, and returns its route.';
revoke execute on function millrace.register_workflow(int, text, text, jsonb, text, text) from public;
