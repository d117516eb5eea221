-- get_tenants: all tenants, by slug; for who runs the installation. Those that are being deleted as well.
--   options  limit (20, at most 101), after (a slug: those behind it follow)
-- Returns: a row of JSON for each, as get_tenant. Raises: MR001.
create or replace function millrace.get_tenants(options jsonb default '{}') returns table (tenant json)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_limit int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
begin
  perform millrace.check_options('get_tenants', options, '{"limit": "whole", "after": "text"}');
  return query
  select millrace.tenant_json(t.id) from millrace.tenants t
  where t.slug > coalesce(options ->> 'after', '') order by t.slug limit v_limit;
end $$;

comment on function millrace.get_tenants(jsonb) is 'All tenants, by slug.';
revoke execute on function millrace.get_tenants(jsonb) from public;
