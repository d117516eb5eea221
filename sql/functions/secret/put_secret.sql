-- put_secret: keeps a secret of a tenant, encrypted by the caller: the database never has the key, nor the value. Graphs read it as
-- secrets.<name>. Put as it is, nothing is done.
--   name     a letter or _ first, then letters, digits and _; at most 128
--   sealed   as src/auth/secret-box.ts makes it: v1.<key>.<base64>
--   options  tenant, by; was: change it only if it is still that (to encrypt it under another key, without a race)
-- Returns: whether it was put. Raises: MR001, also for what is not encrypted; MR021 when there are as many as the quota says.
-- Locks: the secret's row.
create or replace function millrace.put_secret(name text, sealed text, options jsonb default '{}') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_secret', options, '{"by": "text", "was": "text"}');
  v_now    timestamptz := millrace.clock();
  v_by     text := coalesce(options ->> 'by', millrace.session_actor());
  v_known  boolean := exists (select from millrace.secrets s where s.tenant_id = v_tenant and s.name = put_secret.name);
begin
  if coalesce(put_secret.name, '') !~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$' then
    perform millrace.fail('MR001', format('The name of a secret "%s" is not valid.', left(put_secret.name, 140)),
      'Give a letter or _ first, then letters, digits and _; at most 128.', json_build_object('name', left(put_secret.name, 140)));
  elsif coalesce(put_secret.sealed, '') !~ '^v1[.][0-9a-f]{8}[.][A-Za-z0-9+/]{36,}={0,2}$' or length(put_secret.sealed) > 88000 then
    perform millrace.fail('MR001', 'The secret is not encrypted, or is larger than 64 KiB.',
      'Put it with client.putSecret or "millrace secrets put", which encrypt it.', json_build_object('name', put_secret.name));
  end if;
  if not v_known then
    if options ->> 'was' is not null then
      return false;
    end if;
    perform millrace.check_quota(v_tenant, 'secrets', 1);
  end if;
  insert into millrace.secrets as s (tenant_id, name, sealed, created_at, changed_at, changed_by)
  values (v_tenant, put_secret.name, put_secret.sealed, v_now, v_now, v_by)
  on conflict on constraint secrets_pkey
  do update set sealed = excluded.sealed, changed_at = excluded.changed_at, changed_by = excluded.changed_by
  where s.sealed <> excluded.sealed and s.sealed = coalesce(options ->> 'was', s.sealed);
  if not found then
    return false;
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by',
    case when options ->> 'was' is null then 'secret.put' else 'secret.reseal' end, put_secret.name, null);
  return true;
end $$;

comment on function millrace.put_secret(text, text, jsonb) is 'Keeps a secret of a tenant, encrypted by the caller.';
revoke execute on function millrace.put_secret(text, text, jsonb) from public;
