-- claim_tenants: claim_tasks for a worker of all tenants, which is registered as of tenant 0. Beside it, not in it: a claim of one
-- tenant shall pay nothing for it. The worker knows by ready_routes where runs wait, and says in which order the tenants have their turn.
--   p_routes   routes of any tenants, those of one tenant one after the other, in the order in which it prefers them;
--   p_tenants  whose each of them is, and p_after where to look in it (as of claim_tasks)
--   p_ready    so many of them, the first, may have runs in their queues; of the others those that sleep are leased when their time comes
--   p_share    so many runs at most of the queues of one tenant: what another has shall not wait for the rest of it
--   p_want, p_suspect, p_idle, p_since, p_ahead, p_lanes  as of claim_tasks
-- Returns: as claim_tasks. Transitions: waiting -> leased, queued; queued -> leased. Locks: the worker's row for key share; then live
-- rows, skipping locked ones. Raises: MR055 as claim_tasks.
create or replace function millrace.claim_tenants(
  p_worker bigint, p_epoch int, p_routes int[], p_tenants int[], p_after bigint[], p_ready int, p_share int, p_want int,
  p_suspect boolean, p_idle boolean, p_since timestamptz, p_ahead int, p_lanes int)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_look  timestamptz := millrace.clock();
  v_since timestamptz := coalesce(p_since, '-infinity');
  v_see   record := millrace.look_for_tenants(
    p_routes, p_tenants, p_after, p_ready, p_want, p_suspect, p_since, p_ahead, p_lanes, v_look);
  v_left  int := p_want;
  v_quota int;             -- of the tenant whose turn it is
  v_most  int;
  v_busy  boolean := false;
  v_rows  tid[];
  v_all   tid[] := '{}';
  v_count int;
begin
  if v_see.something then
    perform millrace.lock_worker(0, p_worker, p_epoch);
    if v_see.due then
      return query select * from millrace.claim_due(0, p_worker, v_see.plain, v_see.after, p_want, v_since);
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      perform millrace.tick(250, v_since) where v_count = 0;
    end if;
    if p_suspect and v_left > 0 then
      v_rows := array(select l.ctid from millrace.live l where l.state = 's' and l.route_id = any (v_see.plain)
                      limit 1 for update skip locked);
      return query select * from millrace.lease_rows(v_rows, p_worker, nextval('millrace.fences'), millrace.clock())
                   where v_rows <> '{}';
      v_left := v_left - cardinality(v_rows);
    end if;
    for i in 1 .. p_ready loop
      exit when v_left <= 0;
      if i = 1 or p_tenants[i] <> p_tenants[i - 1] then
        v_quota := p_share;
      end if;
      v_most := least(v_left, v_quota);
      continue when v_most <= 0 or v_see.ways[i] = 'x';
      v_count := 0;
      if v_see.ways[i] = 'f' then
        return query select * from millrace.claim_free(p_tenants[i], p_worker, p_routes[i], v_most);
        get diagnostics v_count = row_count;
      elsif v_see.ways[i] = 'l' and least(v_most, p_lanes) > 0 then
        if millrace.lock_limits(p_routes[i]) then
          return query select * from millrace.claim_lanes(
            p_tenants[i], p_worker, p_routes[i], least(v_most, p_lanes), p_suspect, p_since is null);
          get diagnostics v_count = row_count;
          p_lanes := p_lanes - v_count;
        else
          v_busy := true;
        end if;
      end if;
      if v_see.ways[i] is distinct from 'l' and v_most > v_count then
        v_rows := array(select l.ctid from millrace.live l
                        where l.state = 'q' and l.route_id = p_routes[i] and l.lane = 0 and l.turn > p_after[i]
                          and l.tenant_id = p_tenants[i]
                        order by l.turn limit v_most - v_count for update skip locked);
        v_all := v_all || v_rows;
        v_count := v_count + cardinality(v_rows);
      end if;
      v_left := v_left - v_count;
      v_quota := v_quota - v_count;
    end loop;
    -- of all routes at once: each call costs as much as some runs. The fence is drawn after the rows are locked
    return query select * from millrace.lease_rows(v_all, p_worker, nextval('millrace.fences'), millrace.clock()) where v_all <> '{}';
    if v_see.early and v_left > 0 then
      return query select * from millrace.claim_ahead(
        0, p_worker, v_see.plain, least(p_ahead, v_left), date_trunc('milliseconds', v_look));
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
    end if;
  end if;
  perform millrace.mark_idle(0, p_worker) where p_idle and v_left > 0;
  return query select null::bigint, null::int, null::bigint, null::bigint, null::int, null::int,
                      null::bigint, null::text, null::text, null::text[], null::text[], null::bigint[],
                      case when v_busy then 5 else x.due_ms end, x.newest_route, x.chores, x.clock
               from millrace.get_chores(0, v_look, v_since) x;
end $$;

comment on function millrace.claim_tenants(
  bigint, int, int[], int[], bigint[], int, int, int, boolean, boolean, timestamptz, int, int) is
  'Leases ready runs of any tenants to a worker for all of them.';
revoke execute on function millrace.claim_tenants(
  bigint, int, int[], int[], bigint[], int, int, int, boolean, boolean, timestamptz, int, int) from public;
