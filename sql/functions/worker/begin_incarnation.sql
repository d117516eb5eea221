-- begin_incarnation: for a database that was set back by a restore. What processes hold from the time that no longer
-- happened must not be valid: every lease ends, and fences and ids go on far above all that were ever handed out.
-- Called by register_worker when a process knows a fence that was not drawn yet; an operator may call it after a restore.
--   p_seen_fence  the fence that the process knows: after several restores it may be of a later incarnation than the next
-- Locks: all workers, then all leased live rows, ascending.
create or replace function millrace.begin_incarnation(p_seen_fence bigint default 0) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_incarnation bigint;
begin
  lock table millrace.workers in exclusive mode;
  if p_seen_fence > 0 and p_seen_fence <= (select f.last_value from millrace.fences f) then
    return (select f.last_value from millrace.fences f) >> 42;  -- another process that knew of it came first
  end if;
  v_incarnation := (greatest((select f.last_value from millrace.fences f), p_seen_fence) >> 42) + 1;
  perform setval('millrace.fences', v_incarnation << 42);
  perform setval('millrace.numbers', (select n.last_value from millrace.numbers n) + (1 << 20));
  perform millrace.hand_back(null, false);
  return v_incarnation;
end $$;

comment on function millrace.begin_incarnation(bigint) is 'Invalidates every lease after the database was set back by a restore.';
revoke execute on function millrace.begin_incarnation(bigint) from public;
