-- crash_test_workers: lets the leases of all workers be over at once, as if their processes had died, and hands back their
-- runs. The notification has a worker that lives on look for work, and so hear that it is dead.
-- Locks: the workers' rows, then as recover. They are waited for: recover itself would skip the row of one that claims.
create or replace function millrace.crash_test_workers() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.workers w order by w.id for update;
  update millrace.workers w set expires_at = timestamptz 'epoch';
  perform millrace.recover();
  perform pg_notify('millrace', '');
end $$;

comment on function millrace.crash_test_workers() is 'Hands back the runs of all workers, as if they had died.';
revoke execute on function millrace.crash_test_workers() from public;
