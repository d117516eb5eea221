-- close_children: cancels children whose parents have ended, or have called them off (call_off), some at a time; any worker calls it.
-- One whose row somebody's open transaction holds is tried again a second later.
-- Returns: milliseconds until there is more to do, 0 for now; null if there is nothing.
-- Locks: an advisory lock of the transaction, so that one worker does it at a time; what cancel_runs locks, child by child, waiting for
-- no row longer than 300 ms. No row of children before that: who ends a child holds its live row and deletes that one.
create or replace function millrace.close_children(p_max int default 100) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_now   timestamptz := millrace.clock();
  v_child record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('millrace close_children', 0)) then
    return 100;  -- another worker is at it
  end if;
  perform set_config('lock_timeout', '300', true);
  for v_child in
    select c.* from millrace.children c where c.closes_at <= v_now order by c.closes_at, c.run_id limit p_max
  loop
    begin
      perform millrace.cancel_runs(v_child.tenant_id, array[v_child.run_id],
        json_build_object('reason', coalesce(v_child.reason, 'its parent ended'), 'by', null));
      delete from millrace.children c where c.parent_id = v_child.parent_id and c.run_id = v_child.run_id;
    exception when lock_not_available or deadlock_detected then
      update millrace.children c set closes_at = v_now + interval '1 s'
      where c.parent_id = v_child.parent_id and c.run_id = v_child.run_id;
    end;
  end loop;
  return (select greatest(ceil(extract(epoch from c.closes_at - v_now) * 1000), 0)
          from millrace.children c where c.closes_at is not null order by c.closes_at limit 1);
end $$;

comment on function millrace.close_children(int) is 'Cancels children whose parents have ended or called them off; returns when to go on.';
revoke execute on function millrace.close_children(int) from public;
