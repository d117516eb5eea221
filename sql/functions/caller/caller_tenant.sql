-- caller_tenant: the slug of the tenant for which the caller of a function of the schema api acts.
-- Raises: MR042 for a token without a tenant, with one that there is not, or that is suspended: which of these is not said; and for one
-- whose subject the audit log would show as a key or a role of the database.
create or replace function millrace.caller_tenant() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_slug text := (select t.slug from millrace.tenants t where t.id = millrace.current_tenant());
begin
  if v_slug is null then
    perform millrace.fail('MR042', 'You act for no tenant.',
      'The token needs the claim "tenant" with the name of a tenant that there is and that is not suspended.');
  end if;
  if nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub' ~ '^(key|role):' then
    perform millrace.fail('MR042', 'The subject of your token begins with "key:" or "role:".',
      'Such names are those of API keys and of roles of the database. Give people other ones.');
  end if;
  return v_slug;
end $$;

comment on function millrace.caller_tenant() is 'The tenant for which the caller of the schema api acts; MR042 without one.';
revoke execute on function millrace.caller_tenant() from public;
