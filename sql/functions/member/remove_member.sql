-- remove_member: somebody has no role in a tenant any more: within 5 seconds, for that long servers may remember it.   options  tenant, by
-- Raises: MR001, MR041 if the tenant has no such member. Locks: the row that it deletes.
create or replace function millrace.remove_member(subject text, options jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('remove_member', options, '{"by": "text"}');
begin
  delete from millrace.members m where m.tenant_id = v_tenant and m.subject = remove_member.subject;
  if not found then
    perform millrace.fail('MR041', format('There is no member "%s".', left(remove_member.subject, 260)), 'Look at the list of members.',
      json_build_object('subject', left(remove_member.subject, 260)));
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by', 'member.remove', remove_member.subject, null);
end $$;

comment on function millrace.remove_member(text, jsonb) is 'Somebody has no role in a tenant any more.';
revoke execute on function millrace.remove_member(text, jsonb) from public;
