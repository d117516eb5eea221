-- put_member: says what somebody may do in a tenant. Put again, what is not given stays as it is; put as it is, nothing is done.
--   subject  as the tokens of the people's identity provider name them (sub): 1 to 256 characters
--   options  tenant; roles: some of viewer, operator, admin (a new member's: viewer); email, name, by
-- Returns: the member as get_members does. Raises: MR001, MR021 when there are as many as the quota says. Locks: the member's row.
-- Example: select millrace.put_member('auth0|ada', '{"roles": ["admin"], "email": "ada@example.com"}');
create or replace function millrace.put_member(subject text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_member', options,
    '{"roles": "texts", "email": "text", "name": "text", "by": "text"}');
  v_now    timestamptz := millrace.clock();
  v_roles  text[] := case when jsonb_typeof(options -> 'roles') = 'array' then
    array(select distinct r from jsonb_array_elements_text(options -> 'roles') r order by r) end;
  v_bad    text := case
    when coalesce(put_member.subject, '') !~ '^(?!key:|role:|millrace:)[^[:cntrl:]]+$' or length(put_member.subject) > 256
      then 'a subject is 1 to 256 printable characters, and does not begin with key:, role: or millrace:'
    when not v_roles <@ array['admin', 'operator', 'viewer'] then 'roles are some of viewer, operator, admin'
    when options ->> 'email' !~ '^[^[:cntrl:][:space:]@]{1,128}@[^[:cntrl:][:space:]@]{1,128}$' then 'that is no email address'
    when options ->> 'name' !~ '^[^[:cntrl:]]{1,200}$' then 'a name is 1 to 200 printable characters' end;
  v_old    millrace.members;
begin
  if v_bad is not null then
    perform millrace.fail('MR001', format('The member was refused: %s.', v_bad), 'Correct it, and put it again.',
      json_build_object('subject', left(put_member.subject, 260), 'options', options));
  end if;
  loop
    select * into v_old from millrace.members m where m.tenant_id = v_tenant and m.subject = put_member.subject
    order by m.subject for update;
    exit when found;
    perform millrace.check_quota(v_tenant, 'members', 1);
    insert into millrace.members (tenant_id, subject, email, name, roles, created_at, changed_at)
    values (v_tenant, put_member.subject, options ->> 'email', options ->> 'name', coalesce(v_roles, '{viewer}'), v_now, v_now)
    on conflict on constraint members_pkey do nothing;
    exit when found;
  end loop;
  if v_old.tenant_id is not null then
    update millrace.members m
    set email = coalesce(options ->> 'email', m.email), name = coalesce(options ->> 'name', m.name), roles = coalesce(v_roles, m.roles),
        changed_at = v_now
    where m.tenant_id = v_tenant and m.subject = put_member.subject
      and (coalesce(options ->> 'email', m.email), coalesce(options ->> 'name', m.name), coalesce(v_roles, m.roles))
          is distinct from (m.email, m.name, m.roles);
    if not found then
      return millrace.member_json(v_tenant, put_member.subject);
    end if;
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by', 'member.put', put_member.subject,
    (select jsonb_strip_nulls(jsonb_build_object('roles', m.roles, 'email', m.email, 'had', v_old.roles)) from millrace.members m
     where m.tenant_id = v_tenant and m.subject = put_member.subject));
  return millrace.member_json(v_tenant, put_member.subject);
end $$;

comment on function millrace.put_member(text, jsonb) is 'Says what somebody may do in a tenant.';
revoke execute on function millrace.put_member(text, jsonb) from public;
