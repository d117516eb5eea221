-- delete_secret: a tenant has that secret no more; nodes of graphs that read it fail.   options  tenant, by
-- Raises: MR001, MR041 if there is none of that name. Locks: the row that it deletes.
create or replace function millrace.delete_secret(name text, options jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('delete_secret', options, '{"by": "text"}');
begin
  delete from millrace.secrets s where s.tenant_id = v_tenant and s.name = delete_secret.name;
  if not found then
    perform millrace.fail('MR041', format('There is no secret "%s".', left(delete_secret.name, 140)), 'Look at the list of secrets.',
      json_build_object('name', left(delete_secret.name, 140)));
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by', 'secret.delete', delete_secret.name, null);
end $$;

comment on function millrace.delete_secret(text, jsonb) is 'A tenant has that secret no more.';
revoke execute on function millrace.delete_secret(text, jsonb) from public;
