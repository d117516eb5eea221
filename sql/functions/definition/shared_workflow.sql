-- shared_workflow: the tenant's copy of the version of a workflow of the installation that a start takes: of those that a living worker
-- has the one that was registered last, or the one that is named. The copy is made where there is none, and brought up to date. A
-- workflow that the tenant has deleted is not there for it.
--   p_known  a copy that the tenant has of some version; a null row: none
-- Returns: the tenant's row; a null row if neither has one. Locks: none, or as share_workflow.
create or replace function millrace.shared_workflow(p_tenant int, p_name text, p_version text, p_known millrace.workflows)
returns millrace.workflows
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_shared millrace.workflows;
begin
  select * into v_shared from millrace.workflows w
  where w.tenant_id = 0 and w.name = p_name and (p_version is null or w.version = p_version) and w.deleted_at is null
    and not exists (select from millrace.stopped_workflows s where s.tenant_id = p_tenant and s.name = p_name and s.why = 'd')
  order by p_version is null and exists (
             select from millrace.workers k
             where k.tenant_id in (0, p_tenant) and k.expires_at > pg_catalog.clock_timestamp()
               and exists (select from jsonb_array_elements(k.info -> 'workflows') e where e ->> 0 = w.name and e ->> 1 = w.version)) desc,
           w.registered_at desc, w.id desc limit 1;
  if not found or (p_known.shared_id, p_known.definition) is not distinct from (v_shared.id, v_shared.definition) then
    return p_known;
  end if;
  return millrace.share_workflow(p_tenant, v_shared);
end $$;

comment on function millrace.shared_workflow(int, text, text, millrace.workflows) is
  'The tenant''s copy of the version of a workflow of the installation that a start takes.';
revoke execute on function millrace.shared_workflow(int, text, text, millrace.workflows) from public;
