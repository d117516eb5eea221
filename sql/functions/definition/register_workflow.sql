-- register_workflow: makes a workflow version known, so that runs of it can be started. Registering it again with the
-- same definition writes nothing; with another one, the new options apply to starts from now on.
-- Returns: the route of its own queue and priority.
-- Locks: the workflow's row, only if its definition changed.
create or replace function millrace.register_workflow(
  p_tenant int, p_name text, p_version text, p_definition jsonb) returns int
language plpgsql security definer set search_path = '' as $$
declare
  v_old millrace.workflows;
begin
  select * into v_old from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_name and w.version = p_version;
  if not found then
    insert into millrace.workflows (tenant_id, name, version, definition)
    values (p_tenant, p_name, p_version, p_definition)
    on conflict (tenant_id, name, version) do update set definition = excluded.definition;
  elsif v_old.definition is distinct from p_definition then
    update millrace.workflows w set definition = p_definition where w.id = v_old.id;
  end if;
  return (select route_id from millrace.resolve_route(p_tenant, p_name, p_version));
end $$;

comment on function millrace.register_workflow(int, text, text, jsonb) is 'Makes a workflow version known, and returns its route.';
revoke execute on function millrace.register_workflow(int, text, text, jsonb) from public;
