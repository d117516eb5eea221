-- revoke_key: nobody gets in with it any more: within 5 seconds, for that long servers may remember that it was good. Revoked already,
-- it does nothing.   options  tenant, by
-- Returns: the key as get_keys does. Raises: MR001, MR041 if the tenant has none of that id. Locks: its row.
create or replace function millrace.revoke_key(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('revoke_key', options, '{"by": "text"}');
  v_now    timestamptz := millrace.clock();
begin
  update millrace.api_keys k set revoked_at = v_now where k.tenant_id = v_tenant and k.id = revoke_key.id and k.revoked_at is null;
  if found then
    perform millrace.append_audit(v_tenant, options ->> 'by', 'key.revoke', revoke_key.id, null);
  elsif not exists (select from millrace.api_keys k where k.tenant_id = v_tenant and k.id = revoke_key.id) then
    perform millrace.fail('MR041', format('There is no key "%s".', left(revoke_key.id, 140)), 'Look at the list of keys.',
      json_build_object('key_id', left(revoke_key.id, 140)));
  end if;
  return millrace.key_json(v_tenant, revoke_key.id);
end $$;

comment on function millrace.revoke_key(text, jsonb) is 'Nobody gets in with that key any more.';
revoke execute on function millrace.revoke_key(text, jsonb) from public;
