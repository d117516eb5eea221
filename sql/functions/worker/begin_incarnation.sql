-- begin_incarnation: for a database that was set back by a restore. What processes hold from the time that no longer
-- happened must not be valid: every lease ends, and fences and ids go on far above all that were ever handed out.
-- Called by register_worker when a process knows a fence that was not drawn yet; an operator may call it after a restore.
-- Locks: all workers, then all leased live rows, ascending.
create or replace function millrace.begin_incarnation() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_incarnation bigint;
begin
  lock table millrace.workers in exclusive mode;
  v_incarnation := ((select f.last_value from millrace.fences f) >> 42) + 1;
  perform setval('millrace.fences', v_incarnation << 42);
  perform setval('millrace.numbers', (select n.last_value from millrace.numbers n) + (1 << 20));
  delete from millrace.workers;
  perform millrace.hand_back(null, false);
  return v_incarnation;
end $$;

comment on function millrace.begin_incarnation() is 'Invalidates every lease after the database was set back by a restore.';
revoke execute on function millrace.begin_incarnation() from public;
