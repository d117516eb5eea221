-- find_workflow: refuses a workflow that there is not: no version of it is registered, by the tenant or the installation, or it was
-- deleted.
-- Raises: MR040.
create or replace function millrace.find_workflow(p_tenant int, p_name text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from millrace.workflows w where w.tenant_id in (0, p_tenant) and w.name = p_name and w.deleted_at is null)
    or exists (select from millrace.stopped_workflows s where s.tenant_id = p_tenant and s.name = p_name and s.why = 'd') then
    perform millrace.fail('MR040', format('Workflow "%s" is not registered.', left(p_name, 200)),
      'Check the name: "millrace workflows" lists what there is.', json_build_object('workflow_id', left(p_name, 200)));
  end if;
end $$;

comment on function millrace.find_workflow(int, text) is 'Refuses a workflow that there is not.';
revoke execute on function millrace.find_workflow(int, text) from public;
