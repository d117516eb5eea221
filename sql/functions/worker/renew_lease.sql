-- renew_lease: the heartbeat. Returns false if the worker is no longer registered, or its lease is over: its runs go to others. A
-- lease that is over never comes back, or a heartbeat that was long on its way would have a dead worker keep its runs.
-- The clock is read after the lock: a lease written after a wait would otherwise be short by that wait.
-- Locks: the worker's row.
create or replace function millrace.renew_lease(p_worker bigint, p_lease_ms int) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz;
begin
  perform from millrace.workers w where w.id = p_worker for no key update;
  v_now := clock_timestamp();
  update millrace.workers w set expires_at = v_now + p_lease_ms * interval '1 ms' where w.id = p_worker and w.expires_at > v_now;
  return found;
end $$;

comment on function millrace.renew_lease(bigint, int) is 'The heartbeat of a worker; false if it is not registered, or its lease is over.';
revoke execute on function millrace.renew_lease(bigint, int) from public;
