-- finish_request: what a request with an Idempotency-Key was answered. Only the first answer is kept. Without a status it has none:
-- whoever sends it again carries it out under the same ids.
--   p_first  as begin_request gave it: a key that has been used anew meanwhile is left alone
-- Locks: the row of the key.
create or replace function millrace.finish_request(p_tenant int, p_key text, p_first bigint, p_status smallint, p_headers text, p_body text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update millrace.requests r set status = p_status, headers = p_headers, body = p_body, lease_until = v_now
  where r.tenant_id = p_tenant and r.key = p_key and r.first_id = p_first and r.status is null;
end $$;

comment on function millrace.finish_request(int, text, bigint, smallint, text, text) is 'Keeps what a request with a key was answered.';
revoke execute on function millrace.finish_request(int, text, bigint, smallint, text, text) from public;
