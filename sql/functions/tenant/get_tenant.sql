-- get_tenant: a tenant.   options  tenant
-- Returns: slug, name, created_at, suspended_at, suspend_reason. Raises: MR001, MR042 if there is none of that slug.
create or replace function millrace.get_tenant(options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return millrace.tenant_json(millrace.check_options('get_tenant', options));
end $$;

comment on function millrace.get_tenant(jsonb) is 'A tenant.';
revoke execute on function millrace.get_tenant(jsonb) from public;
