-- get_keys: the API keys of a tenant, the newest first; those that nobody can use any more as well, until prune_audit takes them.
--   options  tenant, limit (20, at most 101), after (an id: older ones follow)
-- Returns: a row of JSON for each: id, name, scopes, created_at, created_by, expires_at, revoked_at, last_used_at (within a minute).
-- Raises: MR001, MR042. Example: select key ->> 'name', key ->> 'last_used_at' from millrace.get_keys();
create or replace function millrace.get_keys(options jsonb default '{}') returns table (key json)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_keys', options, '{"limit": "whole", "after": "text"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
begin
  return query
  select millrace.key_json(v_tenant, k.id)
  from millrace.api_keys k
  left join millrace.api_keys a on a.tenant_id = v_tenant and a.id = options ->> 'after'
  where k.tenant_id = v_tenant and (a.id is null or (k.created_at, k.id) < (a.created_at, a.id))
  order by k.created_at desc, k.id desc limit v_limit;
end $$;

comment on function millrace.get_keys(jsonb) is 'The API keys of a tenant, the newest first.';
revoke execute on function millrace.get_keys(jsonb) from public;
