-- key_json: an API key as people see it: never its hash.
create or replace function millrace.key_json(p_tenant int, p_id text) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select json_build_object('id', k.id, 'name', k.name, 'scopes', k.scopes, 'created_at', k.created_at, 'created_by', k.created_by,
                           'expires_at', k.expires_at, 'revoked_at', k.revoked_at, 'last_used_at', k.last_used_at)
  from millrace.api_keys k where k.tenant_id = p_tenant and k.id = p_id
$$;

comment on function millrace.key_json(int, text) is 'An API key as people see it.';
revoke execute on function millrace.key_json(int, text) from public;
