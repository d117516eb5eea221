-- feed_runs: gives runs the events that they wait for, and takes what does not wait any more out of event_waits.
-- Returns: those of the runs that others hold, to be asked for again. Locks: live rows, ascending and skipping locked ones.
create or replace function millrace.feed_runs(p_tenant int, p_runs bigint[], p_now timestamptz) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_mine bigint[];
begin
  if p_runs is null or p_runs = '{}' then
    return '{}';
  end if;
  v_mine := array(select l.run_id from millrace.live l where l.run_id = any (p_runs) and l.task = 0 and l.tenant_id = p_tenant
                  order by l.run_id for update skip locked);
  perform millrace.drop_event_waits(v_mine);
  perform millrace.end_event_waits(p_tenant, v_mine, p_now);
  perform millrace.feed_waits(p_tenant, v_mine, p_now);
  perform millrace.drop_event_waits(v_mine);  -- of the waits that have just ended
  return array(select l.run_id from millrace.live l where l.run_id = any (p_runs) and l.task = 0 and l.run_id <> all (v_mine));
end $$;

comment on function millrace.feed_runs(int, bigint[], timestamptz) is 'Gives runs the events that they wait for; returns those that others hold.';
revoke execute on function millrace.feed_runs(int, bigint[], timestamptz) from public;
