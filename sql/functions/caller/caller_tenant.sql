-- caller_tenant: the slug of the tenant for which the caller of a function of the schema api acts.
-- Raises: MR042 for a token without a tenant, with one that there is not, or that is suspended: which of these is not said; and for one
-- whose subject is no name, or would stand in trails as a key, a role of the database or the engine itself.
create or replace function millrace.caller_tenant() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_slug text := (select t.slug from millrace.tenants t where t.id = millrace.current_tenant());
  v_sub  jsonb := nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'sub', 'null');
begin
  if v_slug is null then
    perform millrace.fail('MR042', 'You act for no tenant.',
      'The token needs the claim "tenant" with the name of a tenant that there is and that is not suspended.');
  end if;
  if v_sub #>> '{}' ~ '^(key|role|millrace):' or jsonb_typeof(v_sub) <> 'string' or length(v_sub #>> '{}') not between 1 and 256 then
    perform millrace.fail('MR042', format('The subject %s of your token is not the name of somebody: %s.', left(v_sub::text, 100),
      'that is a text of 1 to 256 characters, and does not begin with "key:", "role:" or "millrace:"'),
      'Such names are those of API keys, of roles of the database and of the engine. Give people other ones.',
      json_build_object('subject', left(v_sub::text, 300), 'rule', 'subject'));
  end if;
  return v_slug;
end $$;

comment on function millrace.caller_tenant() is 'The tenant for which the caller of the schema api acts; MR042 without one.';
revoke execute on function millrace.caller_tenant() from public;
