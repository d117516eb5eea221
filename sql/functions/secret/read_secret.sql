-- read_secret: a secret as it is kept, encrypted: for workers, which have the key. Null if there is no such tenant or secret.
create or replace function millrace.read_secret(p_tenant text, p_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.sealed from millrace.secrets s join millrace.tenants t on t.id = s.tenant_id
  where t.slug = p_tenant and t.deleting_at is null and s.name = p_name
$$;

comment on function millrace.read_secret(text, text) is 'A secret as it is kept, encrypted.';
revoke execute on function millrace.read_secret(text, text) from public;
