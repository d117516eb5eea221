-- hint: tells idle workers that there is work. At most one notification for each worker that went idle, and none while
-- nobody is idle: a NOTIFY in every transaction costs a factor of 4 to 8 at 8 to 64 connections. Polling is the truth.
-- Locks: rows of idle workers, skipping locked ones.
create or replace function millrace.hint() returns void
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from millrace.workers w where w.idle) then
    update millrace.workers set idle = false
    where id in (select w.id from millrace.workers w where w.idle order by w.id for no key update skip locked);
    if found then
      perform pg_notify('millrace', '');
    end if;
  end if;
end $$;

comment on function millrace.hint() is 'Wakes idle workers by a notification, if there are any.';
revoke execute on function millrace.hint() from public;
