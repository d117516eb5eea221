-- verify_key: whose key that is, and what it may do; no row for one that is not known, is revoked or is over.
--   p_id, p_hash  of the key (see create_key)
-- Returns: good_ms: until it is over, null: it has no end; suspended: of its tenant.
-- Notes that it was used, at most once a minute. Locks: its row then, skipping it if it is locked: who verifies waits for nobody.
create or replace function millrace.verify_key(p_id text, p_hash bytea)
returns table (tenant text, scopes text[], name text, good_ms bigint, suspended boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_now timestamptz := millrace.clock();
  v_key millrace.api_keys;
begin
  select * into v_key from millrace.api_keys k
  where k.id = p_id and k.hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > v_now)
  order by k.tenant_id limit 1;
  if not found then
    return;
  end if;
  if v_key.last_used_at is null or v_key.last_used_at < v_now - interval '1 minute' then
    update millrace.api_keys k set last_used_at = v_now
    where k.ctid in (select x.ctid from millrace.api_keys x where x.tenant_id = v_key.tenant_id and x.id = v_key.id
                       and (x.last_used_at is null or x.last_used_at < v_now - interval '1 minute') for update skip locked);
  end if;
  return query
  select t.slug, v_key.scopes, v_key.name, floor(extract(epoch from v_key.expires_at - v_now) * 1000)::bigint, t.suspended_at is not null
  from millrace.tenants t where t.id = v_key.tenant_id and t.deleting_at is null;
end $$;

comment on function millrace.verify_key(text, bytea) is 'Whose key that is, and what it may do.';
revoke execute on function millrace.verify_key(text, bytea) from public;
