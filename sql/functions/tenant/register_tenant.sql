-- register_tenant: makes a tenant.
--   slug     its name in options, tokens and paths, for good: 1 to 128 letters, digits, spaces or _.:-; null: made of the name, with 8
--            hex digits behind it. Where anybody may register, give none: that one is taken would tell of another tenant.
--   options  name (as people call it), by, key: {id, hash, name, scopes, expires_in}: its first key, as of create_key
-- Returns: the tenant as get_tenant does; key: its key, as create_key does.
-- Raises: MR001; MR014 if there is one of that slug, also while it is being deleted. Locks: none, or the row that it inserts.
-- Example: select millrace.register_tenant('acme', '{"name": "Acme Inc.", "key": {"name": "first", "scopes": ["admin"]}}');
create or replace function millrace.register_tenant(slug text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name   text := options ->> 'name';
  v_slug   text := coalesce(register_tenant.slug,
    left(trim('-' from regexp_replace(lower(coalesce(v_name, 'tenant')), '[^a-z0-9]+', '-', 'g')), 60) || '-'
    || left(replace(gen_random_uuid()::text, '-', ''), 8));
  v_now    timestamptz := millrace.clock();
  v_tenant int;
  v_key    jsonb := nullif(options -> 'key', 'null');
begin
  perform millrace.check_options('register_tenant', options - 'tenant', '{"name": "text", "by": "text", "key": "any"}');
  if v_slug !~ '^[A-Za-z0-9_.: -]{1,128}$' or v_name !~ '^[^[:cntrl:]]{1,200}$' then
    perform millrace.fail('MR001', format('The slug "%s" or the name "%s" of a tenant is not valid.', left(v_slug, 140), left(v_name, 210)),
      'A slug is 1 to 128 letters, digits, spaces or _.:-, a name 1 to 200 printable characters.',
      json_build_object('slug', left(v_slug, 140), 'name', left(v_name, 210)));
  end if;
  insert into millrace.tenants (slug, name, created_at) values (v_slug, v_name, v_now)
  on conflict on constraint tenants_slug_key do nothing
  returning id into v_tenant;
  if v_tenant is null then
    perform millrace.fail('MR014', format('There is a tenant "%s" already.', v_slug), 'Choose another slug.',
      json_build_object('slug', v_slug));
  end if;
  perform millrace.append_audit(x, options ->> 'by', 'tenant.register', v_slug, jsonb_strip_nulls(jsonb_build_object('name', v_name)))
  from unnest(array[v_tenant, 0]) x;
  if v_key is not null then
    v_key := millrace.create_key(coalesce(v_key ->> 'name', 'first'), (v_key - 'name')
               || jsonb_build_object('tenant', v_slug, 'by', options ->> 'by'))::jsonb;
  end if;
  return jsonb_set_lax(millrace.tenant_json(v_tenant)::jsonb, '{key}', v_key, true, 'return_target');
end $$;

comment on function millrace.register_tenant(text, jsonb) is 'Makes a tenant.';
revoke execute on function millrace.register_tenant(text, jsonb) from public;
