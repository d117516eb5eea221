-- renew_request: whoever carries out a request with an Idempotency-Key is alive, for p_lease_ms more.
-- Locks: the row of the key.
create or replace function millrace.renew_request(p_tenant int, p_key text, p_first bigint, p_lease_ms int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_until timestamptz := clock_timestamp() + p_lease_ms * interval '1 ms';
begin
  update millrace.requests r set lease_until = v_until
  where r.tenant_id = p_tenant and r.key = p_key and r.first_id = p_first and r.status is null;
end $$;

comment on function millrace.renew_request(int, text, bigint, int) is 'Whoever carries out a request with a key is alive.';
revoke execute on function millrace.renew_request(int, text, bigint, int) from public;
