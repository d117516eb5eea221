-- claim_due: leases the runs whose time has come straight from their wait, without a place in the queue between: that is one
-- version of the row less. Only while nobody is queued, or sleepers would always go before new runs; and only if all that
-- are due first are of these routes and wait for nothing else: the caller lets tick wake them then.
-- The end of a wait for time alone is left to the owner to record (lease_rows), which saves a row here, and for many runs one
-- altogether: their last rows go with their outcome. That no message came for another is recorded here: one may come now.
--   p_tenant  0: whoever's these routes are
-- Returns: as lease_rows.
-- Transitions: waiting -> leased. Locks: live rows, skipping locked ones. The caller holds the worker's row.
create or replace function millrace.claim_due(p_tenant int, p_worker bigint, p_routes int[], p_after bigint[], p_want int,
  p_since timestamptz default '-infinity')
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz := millrace.clock();
  v_rows  tid[];
  v_plain boolean;
begin
  if exists (select from unnest(p_routes, p_after) u (route, after)
             where exists (select from millrace.live l
                           where l.state = 'q' and l.route_id = u.route and l.lane = 0 and l.turn > u.after)) then
    return;
  end if;
  select array_agg(x.ctid), bool_and(x.plain) into v_rows, v_plain
  from (select l.ctid, p_tenant in (0, l.tenant_id) and l.lane = 0 and l.route_id = any (p_routes) and cardinality(l.wait_keys) = 1 as plain
        from millrace.live l where l.state = 'w' and l.wake_at <= v_now and l.wake_at > p_since
        order by l.wake_at limit p_want for update skip locked) x;
  if v_plain is not true then
    return;
  end if;
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name)
  select l.run_id, v_now, l.seq, l.tenant_id, 'o', l.wait_keys[1]
  from unnest(v_rows) u (tid) join millrace.live l on l.ctid = u.tid where l.wait_names[1] is not null;
  if found and exists (select from millrace.follows) then
    perform millrace.tell(array_agg(l.run_id), array_agg(l.seq)) from unnest(v_rows) u (tid) join millrace.live l on l.ctid = u.tid;
  end if;
  return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), v_now);
end $$;

comment on function millrace.claim_due(int, bigint, int[], bigint[], int, timestamptz) is 'Leases runs whose time has come straight from their wait.';
revoke execute on function millrace.claim_due(int, bigint, int[], bigint[], int, timestamptz) from public;
