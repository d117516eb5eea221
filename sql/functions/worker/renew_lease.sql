-- renew_lease: the heartbeat. Returns false if the worker is no longer registered: its leases are lost.
-- The clock is read after the lock: a lease written after a wait would otherwise be short by that wait.
-- Locks: the worker's row.
create or replace function millrace.renew_lease(p_worker bigint, p_lease_ms int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_until timestamptz;
begin
  perform from millrace.workers w where w.id = p_worker for no key update;
  v_until := clock_timestamp() + p_lease_ms * interval '1 ms';
  update millrace.workers w set expires_at = v_until where w.id = p_worker;
  return found;
end $$;

comment on function millrace.renew_lease(bigint, int) is 'The heartbeat of a worker; false if it is no longer registered.';
revoke execute on function millrace.renew_lease(bigint, int) from public;
