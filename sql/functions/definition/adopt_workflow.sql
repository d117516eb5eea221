-- adopt_workflow: a workflow version of the installation (tenant 0) is this tenant's too: an engine that serves all tenants says so of the
-- tenant that it is itself, whose schedules its code has. What the tenant had registered under that version before, by a worker of its
-- own, becomes a copy, so that workers of all tenants take its runs; not a document with another content.
-- Returns: the tenant's row. Locks: that row; where the limits of a copy change, as put_limits.
create or replace function millrace.adopt_workflow(p_tenant int, p_name text, p_version text) returns millrace.workflows
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now    timestamptz := clock_timestamp();
  v_shared millrace.workflows;
  v_copy   millrace.workflows;
begin
  select * into v_shared from millrace.workflows w where w.tenant_id = 0 and w.name = p_name and w.version = p_version;
  update millrace.workflows w set shared_id = v_shared.id
  where w.tenant_id = p_tenant and w.name = p_name and w.version = p_version and w.shared_id is null
    and (select d.hash from millrace.workflow_documents d where d.workflow_id = w.id)
        is not distinct from (select d.hash from millrace.workflow_documents d where d.workflow_id = v_shared.id);
  v_copy := millrace.share_workflow(p_tenant, v_shared);
  update millrace.workflows w set registered_at = greatest(w.registered_at, v_now) where w.id = v_copy.id;
  return v_copy;
end $$;

comment on function millrace.adopt_workflow(int, text, text) is 'A workflow version of the installation is this tenant''s too.';
revoke execute on function millrace.adopt_workflow(int, text, text) from public;
