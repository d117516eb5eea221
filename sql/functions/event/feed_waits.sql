-- feed_waits: gives runs the events that they are due (next_events), as messages like any other (put_signal): one for each of their
-- waits.
-- Locks: none, the caller holds the live rows.
create or replace function millrace.feed_waits(p_tenant int, p_runs bigint[], p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_next  record;
  v_found boolean := true;
begin
  while v_found loop
    v_found := false;
    for v_next in select n.* from millrace.next_events(p_tenant, p_runs) n loop
      v_found := millrace.put_signal(p_tenant, v_next.run_id, v_next.id, v_next.message, v_next.data, p_now) or v_found;
    end loop;
  end loop;
end $$;

comment on function millrace.feed_waits(int, bigint[], timestamptz) is 'Gives runs the events that they are due.';
revoke execute on function millrace.feed_waits(int, bigint[], timestamptz) from public;
