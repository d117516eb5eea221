-- get_secrets: the names of a tenant's secrets, never their values.   options  tenant, limit (20, at most 101), after (a name)
-- Returns: key: the one that it is encrypted under, by the first digits of its hash. Raises: MR001, MR042.
create or replace function millrace.get_secrets(options jsonb default '{}')
returns table (name text, key text, created_at timestamptz, changed_at timestamptz, changed_by text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_secrets', options, '{"limit": "whole", "after": "text"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
begin
  return query
  select s.name, split_part(s.sealed, '.', 2), s.created_at, s.changed_at, s.changed_by from millrace.secrets s
  where s.tenant_id = v_tenant and s.name > coalesce(options ->> 'after', '') order by s.name limit v_limit;
end $$;

comment on function millrace.get_secrets(jsonb) is 'The names of a tenant''s secrets.';
revoke execute on function millrace.get_secrets(jsonb) from public;
