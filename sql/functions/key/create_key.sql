-- create_key: an API key of a tenant. Again with the same id and hash it changes nothing, so a lost reply is sent again.
--   options  tenant; scopes (runs:read, runs:write, workflows:read, workflows:write, admin), expires_in (ms, or an interval as text), by;
--            id (16 hex digits) and hash (SHA-256 of the whole key, in hex) of a key that the caller made: then the database never
--            sees it. Without them it is made here, and is in the answer, once.
-- The form is mr_live_<id>_<secret>: the secret is 64 hex digits, 256 random bits, and 8 of a checksum (SHA-256 of all before it).
-- SHA-256 is enough for it, and bcrypt would be no better: slow hashes are for what people think up, which can be guessed; 2^256 cannot,
-- and each request verifies a key.
-- Returns: the key as get_keys does; key: the key itself, if it was made here. Raises: MR001, MR014 if the tenant has a key of that id
-- with another hash, MR021 when it has as many as its quota says. Locks: none, or the row that it inserts.
-- Example: select millrace.create_key('deploy', '{"scopes": ["runs:write"], "expires_in": "90 days"}') ->> 'key';
create or replace function millrace.create_key(name text, options jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('create_key', options,
    '{"scopes": "texts", "expires_in": "any", "by": "text", "id": "text", "hash": "text"}');
  v_now    timestamptz := millrace.clock();
  v_scopes text[] := millrace.check_scopes(options -> 'scopes');
  v_ms     bigint := millrace.duration_ms(options -> 'expires_in');
  v_id     text := options ->> 'id';
  v_hash   bytea;
  v_key    text;
begin
  if coalesce(create_key.name, '') !~ '^[^[:cntrl:]]{1,128}$' then
    perform millrace.fail('MR001', format('The name of a key "%s" is not valid.', left(create_key.name, 140)),
      'Give 1 to 128 printable characters that say what it is for.');
  end if;
  if v_id is null then  -- gen_random_uuid has 122 random bits
    v_id := left(replace(gen_random_uuid()::text, '-', ''), 12) || left(replace(gen_random_uuid()::text, '-', ''), 4);
    v_key := format('mr_live_%s_%s', v_id, encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                                                         || uuid_send(gen_random_uuid())), 'hex'));
    v_key := v_key || left(encode(sha256(convert_to(v_key, 'UTF8')), 'hex'), 8);
    v_hash := sha256(convert_to(v_key, 'UTF8'));
  elsif v_id !~ '^[0-9a-f]{16}$' or coalesce(options ->> 'hash', '') !~ '^[0-9a-f]{64}$' then
    perform millrace.fail('MR001', 'The id and the hash of a key are not valid.',
      'Give 16 hex digits, and the SHA-256 of the whole key as 64; or neither: then the key is made here.');
  else
    v_hash := decode(options ->> 'hash', 'hex');
  end if;
  if not exists (select from millrace.api_keys k where k.tenant_id = v_tenant and k.id = v_id) then
    perform millrace.check_quota(v_tenant, 'keys', 1);
  end if;
  insert into millrace.api_keys (tenant_id, id, hash, name, scopes, created_at, created_by, expires_at)
  values (v_tenant, v_id, v_hash, create_key.name, v_scopes, v_now, coalesce(options ->> 'by', millrace.session_actor()),
          v_now + v_ms * interval '1 ms')
  on conflict on constraint api_keys_pkey do nothing;
  if found then
    perform millrace.append_audit(v_tenant, options ->> 'by', 'key.create', v_id,
      jsonb_build_object('name', create_key.name, 'scopes', v_scopes, 'expires_at', v_now + v_ms * interval '1 ms'));
  elsif not exists (select from millrace.api_keys k where k.tenant_id = v_tenant and k.id = v_id and k.hash = v_hash) then
    perform millrace.fail('MR014', format('There is a key %s already.', v_id), 'Make another id.', json_build_object('key_id', v_id));
  end if;
  return (select jsonb_set_lax(millrace.key_json(v_tenant, v_id)::jsonb, '{key}', to_jsonb(v_key), true, 'return_target'));
end $$;

comment on function millrace.create_key(text, jsonb) is 'An API key of a tenant.';
revoke execute on function millrace.create_key(text, jsonb) from public;
