-- tenant_id: the number of a tenant. Raises: MR042 if there is no such tenant, or it is being deleted.
create or replace function millrace.tenant_id(p_slug text) returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id int;
begin
  select t.id into v_id from millrace.tenants t where t.slug = p_slug and t.deleting_at is null;
  if v_id is null then
    perform millrace.fail('MR042', format('There is no tenant "%s".', left(p_slug, 140)),
      'Use "default", which is always there, or register it: millrace tenants create.', json_build_object('tenant', left(p_slug, 140)));
  end if;
  return v_id;
end $$;

comment on function millrace.tenant_id(text) is 'The number of a tenant; MR042 if there is none of that name.';
revoke execute on function millrace.tenant_id(text) from public;
