-- claim_ahead: leases runs that sleep shortly before their time comes (200 ms at most), so that their new owner has them when it
-- does: what it costs to lease them is over by then, and many that come due at once are not late because of each other.
-- Only waits for time alone, one a run, that leave a row: nothing could end or change them meanwhile but the run's own end.
--   p_tenant  0: whoever's these routes are
-- Returns: as lease_rows; due_ms says when the time of each comes, counted from p_look, which is in whole milliseconds.
-- Transitions: waiting -> leased. Locks: live rows, skipping locked ones. The caller holds the worker's row.
create or replace function millrace.claim_ahead(p_tenant int, p_worker bigint, p_routes int[], p_want int, p_look timestamptz)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
  v_rows tid[];
begin
  -- the first so many that come due, whatever they are: what does not suit is not looked behind
  v_rows := array(
    select l.ctid
    from (select n.ctid from millrace.live n where n.state = 'w' and n.wake_at > p_look and n.wake_at <= p_look + interval '200 ms'
          order by n.wake_at limit p_want) x
    join millrace.live l on l.ctid = x.ctid
    where l.state = 'w' and l.wake_at <= p_look + interval '200 ms' and p_tenant in (0, l.tenant_id) and l.lane = 0
      and l.route_id = any (p_routes) and cardinality(l.wait_keys) = 1 and l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]'
    for update of l skip locked);
  if cardinality(v_rows) > 0 then
    return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), p_look, true);
  end if;
end $$;

comment on function millrace.claim_ahead(int, bigint, int[], int, timestamptz) is 'Leases runs that sleep shortly before their time comes.';
revoke execute on function millrace.claim_ahead(int, bigint, int[], int, timestamptz) from public;
