-- hint: tells idle workers that there is work. At most one notification for each worker that went idle, and none while
-- nobody is idle: a NOTIFY in every transaction costs a factor of 4 to 8 at 8 to 64 connections. Polling is the truth.
-- The mark is a row of its own: a start in a user's transaction that stays open must not hold up a worker's heartbeat.
-- Marks that others hold are there still, and their workers are notified all the same: the holder may be such a start, which
-- wakes nobody until it commits.
-- Locks: rows of idle_workers, skipping locked ones.
create or replace function millrace.hint() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from millrace.idle_workers) then
    delete from millrace.idle_workers
    where worker_id in (select i.worker_id from millrace.idle_workers i order by i.worker_id for update skip locked);
    perform pg_notify('millrace', '');
  end if;
end $$;

comment on function millrace.hint() is 'Wakes idle workers by a notification, if there are any.';
revoke execute on function millrace.hint() from public;
