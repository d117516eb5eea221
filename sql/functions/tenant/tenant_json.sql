-- tenant_json: a tenant as people see it.
create or replace function millrace.tenant_json(p_tenant int) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select json_build_object('slug', t.slug, 'name', coalesce(t.name, t.slug), 'created_at', t.created_at, 'suspended_at', t.suspended_at,
                           'suspend_reason', t.suspend_reason, 'deleting_at', t.deleting_at)
  from millrace.tenants t where t.id = p_tenant
$$;

comment on function millrace.tenant_json(int) is 'A tenant as people see it.';
revoke execute on function millrace.tenant_json(int) from public;
