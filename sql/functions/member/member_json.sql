-- member_json: a member as people see it.
create or replace function millrace.member_json(p_tenant int, p_subject text) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select json_build_object('subject', m.subject, 'email', m.email, 'name', m.name, 'roles', m.roles, 'created_at', m.created_at,
                           'changed_at', m.changed_at)
  from millrace.members m where m.tenant_id = p_tenant and m.subject = p_subject
$$;

comment on function millrace.member_json(int, text) is 'A member as people see it.';
revoke execute on function millrace.member_json(int, text) from public;
