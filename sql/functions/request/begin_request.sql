-- begin_request: a request with an Idempotency-Key is about to be carried out, unless it was before.
--   p_hash  of its content    p_lease_ms  so long nobody else carries it out    p_keep_ms  so long the key is kept
-- Returns: verdict n: carry it out, with the ids from first_id on (again the same ones, where a server died over it);
-- a: this is its answer; b: somebody is at it; c: the key was used for something else. Keys that are over are gone.
-- Locks: the row of the key, and two rows that are over, skipping locked ones.
create or replace function millrace.begin_request(p_tenant int, p_key text, p_hash text, p_lease_ms int, p_keep_ms bigint)
returns table (verdict "char", first_id bigint, status smallint, headers text, body text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz := clock_timestamp();
  v_lease timestamptz := v_now + p_lease_ms * interval '1 ms';
  v_end   timestamptz := v_now + p_keep_ms * interval '1 ms';
  v_first bigint;
  v_row   millrace.requests;
  v_new   boolean := false;
begin
  select * into v_row from millrace.requests r where r.tenant_id = p_tenant and r.key = p_key for update;
  if not found then
    v_first := millrace.take_ids();
    insert into millrace.requests (tenant_id, key, hash, first_id, lease_until, expires_at)
    values (p_tenant, p_key, p_hash, v_first, v_lease, v_end)
    on conflict on constraint requests_pkey do nothing
    returning * into v_row;
    v_new := found;
    if not v_new then
      select * into v_row from millrace.requests r where r.tenant_id = p_tenant and r.key = p_key for update;
    end if;
  elsif v_row.expires_at <= v_now then
    v_first := millrace.take_ids();
    update millrace.requests r
    set hash = p_hash, first_id = v_first, lease_until = v_lease, expires_at = v_end, status = null, headers = null, body = null
    where r.tenant_id = p_tenant and r.key = p_key
    returning * into v_row;
    v_new := true;
  end if;
  if not v_new and v_row.hash = p_hash and v_row.status is null and v_row.lease_until <= v_now then
    update millrace.requests r set lease_until = v_lease where r.tenant_id = p_tenant and r.key = p_key;
    v_new := true;
  end if;
  perform millrace.prune_requests(2);  -- last: whoever waits for a row holds none that is over
  return query
  select case when v_new then 'n' when v_row.hash <> p_hash then 'c' when v_row.status is not null then 'a' else 'b' end::"char",
         v_row.first_id, v_row.status, v_row.headers, v_row.body;
end $$;

comment on function millrace.begin_request(int, text, text, int, bigint) is 'Whether a request with a key is to be carried out.';
revoke execute on function millrace.begin_request(int, text, text, int, bigint) from public;
