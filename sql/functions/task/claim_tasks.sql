-- claim_tasks: leases up to p_want ready runs to a worker, with all that it needs to go on: input, journal, open waits.
-- Before that it leases or wakes the runs whose time has come (claim_due, tick): one call is all an idle worker makes.
--   p_routes   what the worker can run, in its order of preference
--   p_after    for each route: where its last claim ended: a queue's index has dead entries at its head, which cost 2 ms a claim; 0
--              now and then (a sweep) finds rows that committed late
--   p_suspect  the worker holds no suspect: it may get one (a run that may kill its worker comes alone)
--   p_idle     with less to do than it wants the worker sleeps soon: hint shall wake it. It calls once more, for what came meanwhile
--   p_ahead    so many runs at most are leased up to 200 ms before their time comes (claim_ahead); default: none
--   p_since    what came due before has been seen to by an earlier look of this worker: the indexes of times have dead entries at
--              their heads too. Null now and then (a sweep): from the beginning
--   p_lanes    so many at most of routes that have limits; null: as many as are wanted
-- Returns: the runs (due_ms of one that was leased ahead: when its time comes, counted from clock), and always a last row without
-- run_id: due_ms until something here comes due (null: nothing will; 0 or less: it was due when this call looked), clock when it
-- looked, newest_route (a higher one than the worker knows: get_routes), chores (get_chores).
-- Transitions: waiting -> leased, queued; queued -> leased. Locks: the worker's row for key share; then live rows, skipping locked ones.
-- Raises: MR055 if the worker is not registered any more, or asked held_tasks meanwhile.
drop function if exists millrace.claim_tasks(int, bigint, int, int[], bigint[], int, boolean, boolean, timestamptz, int);
create or replace function millrace.claim_tasks(
  p_tenant int, p_worker bigint, p_epoch int, p_routes int[], p_after bigint[], p_want int,
  p_suspect boolean default true, p_idle boolean default false, p_since timestamptz default null, p_ahead int default 0,
  p_lanes int default null)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_look  timestamptz := millrace.clock();  -- what comes due after it is not held up by anybody
  v_since timestamptz := coalesce(p_since, '-infinity');
  v_see   record := millrace.look_for_work(p_tenant, p_routes, p_after, p_want, p_suspect, p_since, p_ahead, p_lanes, v_look);
  v_left  int := p_want;
  v_busy  boolean := false;  -- somebody else was just handing out runs that have limits
  v_rows  tid[];
  v_fence bigint;
  v_count int;
begin
  if v_see.something then
    perform millrace.lock_worker(p_tenant, p_worker, p_epoch);
    if v_see.due then
      return query select * from millrace.claim_due(p_tenant, p_worker, v_see.plain, v_see.after, p_want, v_since);
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      perform millrace.tick(250, v_since) where v_count = 0;  -- the first can go on while the next are woken
    end if;
    for i in 0 .. coalesce(cardinality(p_routes), 0) loop
      exit when v_left <= 0;
      if v_see.ways[i] = 'f' then
        return query select * from millrace.claim_free(p_tenant, p_worker, p_routes[i], v_left);
        get diagnostics v_count = row_count;
        v_left := v_left - v_count;
      elsif v_see.ways[i] = 'l' and least(v_left, p_lanes) > 0 then
        if millrace.lock_limits(p_routes[i]) then
          return query
          select * from millrace.claim_lanes(p_tenant, p_worker, p_routes[i], least(v_left, p_lanes), p_suspect, p_since is null);
          get diagnostics v_count = row_count;
          v_left := v_left - v_count;
          p_lanes := p_lanes - v_count;
        else
          v_busy := true;
        end if;
      end if;
      continue when v_see.ways[i] in ('l', 'x') or v_left <= 0;
      -- lock the rows into an array, then draw the fence, then write: a fence drawn first could go back
      v_rows := case when i > 0
        then array(select l.ctid from millrace.live l
                   where l.state = 'q' and l.route_id = p_routes[i] and l.lane = 0 and l.turn > p_after[i] and l.tenant_id = p_tenant
                   order by l.turn limit v_left for update skip locked)
        when p_suspect
        then array(select l.ctid from millrace.live l where l.state = 's' and l.route_id = any (v_see.plain) and l.tenant_id = p_tenant
                   limit 1 for update skip locked) end;
      continue when v_rows is null or cardinality(v_rows) = 0;
      v_fence := nextval('millrace.fences');  -- anew for each route: its rows were locked after the last draw
      return query select * from millrace.lease_rows(v_rows, p_worker, v_fence, millrace.clock());
      v_left := v_left - cardinality(v_rows);
    end loop;
    if v_see.early and v_left > 0 then
      return query select * from millrace.claim_ahead(p_tenant, p_worker, v_see.plain, least(p_ahead, v_left),
        date_trunc('milliseconds', v_look));  -- as the worker gets to know it
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
    end if;
  end if;
  if p_idle and v_left > 0 then
    perform millrace.mark_idle(p_tenant, p_worker);
  end if;
  return query select null::bigint, null::int, null::bigint, null::bigint, null::int, null::int,
                      null::bigint, null::text, null::text, null::text[], null::text[], null::bigint[],
                      case when v_busy then 5 else x.due_ms end, x.newest_route, x.chores, x.clock
               from millrace.get_chores(p_tenant, v_look, v_since) x;
end $$;

comment on function millrace.claim_tasks(int, bigint, int, int[], bigint[], int, boolean, boolean, timestamptz, int, int) is
  'Leases ready runs to a worker, with input, journal and open waits.';
revoke execute on function millrace.claim_tasks(int, bigint, int, int[], bigint[], int, boolean, boolean, timestamptz, int, int) from public;
