-- get_members: the members of a tenant, by subject.   options  tenant, subject, limit (20, at most 101), after (a subject)
-- Returns: a row of JSON for each: subject, email, name, roles, created_at, changed_at. Raises: MR001, MR042.
create or replace function millrace.get_members(options jsonb default '{}') returns table (member json)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_members', options, '{"subject": "text", "limit": "whole", "after": "text"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
begin
  return query
  select millrace.member_json(v_tenant, m.subject) from millrace.members m
  where m.tenant_id = v_tenant and m.subject > coalesce(options ->> 'after', '')
    and (options ->> 'subject' is null or m.subject = options ->> 'subject')
  order by m.subject limit v_limit;
end $$;

comment on function millrace.get_members(jsonb) is 'The members of a tenant, by subject.';
revoke execute on function millrace.get_members(jsonb) from public;
