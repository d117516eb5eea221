-- claim_tasks: leases up to p_want ready runs to a worker, with all that it needs to go on: input, journal, open waits.
-- Before that it leases or wakes the runs whose time has come (claim_due, tick): one call is all an idle worker makes.
--   p_routes   what the worker can run, in its order of preference
--   p_after    for each route: where its last claim ended. A queue's index has dead entries at its head, which cost 2 ms a
--              claim when walked over each time; 0 now and then (a sweep) finds rows that committed late
--   p_suspect  the worker holds no suspect: it may get one (a run that may kill its worker comes alone)
--   p_idle     with less to do than it wants the worker sleeps soon: hint shall wake it. It calls once more after this is
--              committed, for what was started between this look and that
--   p_ahead    so many runs at most are leased up to 200 ms before their time comes (claim_ahead); default: none
--   p_since    what came due before has been seen to by an earlier look of this worker: the indexes of times have dead entries at
--              their heads too. Null now and then (a sweep): from the beginning
-- Routes that have limits, or whose workflow or queue has them, are handed out by claim_lanes, in their place among the others.
-- Returns: the runs (due_ms of one that was leased ahead: when its time comes, counted from clock), and always a last row
-- without run_id: due_ms until something here comes due (null: nothing will; 0 or
-- less: it was due when this call looked), clock when it looked, newest_route (a higher one than the worker knows:
-- get_routes), chores (bit 1: recover, bit 2: expire_runs, bit 4: work_bulk, bit 8:
-- prune_history, bit 16: close_children, bit 128: due_schedules).
-- Transitions: waiting -> leased, queued; queued -> leased. Locks: the worker's row for key share, so that recover cannot declare it
-- dead between this look and our commit; then live rows, skipping locked ones. An idle poll locks and writes nothing: a
-- fence drawn or a row locked for nothing costs a flush to disk.
-- Raises: MR055 if the worker is not registered any more, or asked held_tasks meanwhile.
create or replace function millrace.claim_tasks(
  p_tenant int, p_worker bigint, p_epoch int, p_routes int[], p_after bigint[], p_want int,
  p_suspect boolean default true, p_idle boolean default false, p_since timestamptz default null, p_ahead int default 0)
returns table (run_id bigint, task int, fence bigint, turn bigint, route_id int, crashes int,
               timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[],
               due_ms bigint, newest_route int, chores int, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_look  timestamptz := millrace.clock();  -- what comes due after it is not held up by anybody
  v_since timestamptz := coalesce(p_since, '-infinity');
  v_due   boolean := exists (select from millrace.live l where l.state = 'w' and l.wake_at > v_since and l.wake_at <= v_look);
  v_early boolean := p_ahead > 0 and exists (
    select from (select l.tenant_id, l.route_id, l.lane, l.wait_keys, l.wait_names from millrace.live l
                 where l.state = 'w' and l.wake_at > v_look and l.wake_at <= v_look + interval '200 ms'
                 order by l.wake_at limit least(p_ahead, p_want)) l
    where l.tenant_id = p_tenant and l.lane = 0 and l.route_id = any (p_routes) and cardinality(l.wait_keys) = 1
      and l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]');
  v_left  int := p_want;
  v_laned int[];     -- the routes that have limits,
  v_ready int[];     -- and those of them that may have something to hand out
  v_plain int[];     -- the others,
  v_after bigint[];  -- and where to look in them
  v_busy  boolean := false;  -- somebody else was just handing out of one of them
  v_rows  tid[];
  v_fence bigint;
  v_count int;
begin
  if exists (select from millrace.tenants t where t.id = p_tenant and t.paused_at is not null) then
    p_routes := '{}';
    p_after := '{}';
  end if;
  if p_want > 0 and exists (select from millrace.limited_routes r where r.tenant_id = p_tenant) then
    v_laned := array(select r.route_id from millrace.limited_routes r where r.tenant_id = p_tenant and r.route_id = any (p_routes));
    v_ready := array(select u.route from unnest(v_laned) u (route) where millrace.has_lanes(u.route, p_suspect, p_since is null));
    select array_agg(u.route order by u.i), array_agg(u.after order by u.i) into v_plain, v_after
    from unnest(p_routes, p_after) with ordinality u (route, after, i) where u.route <> all (v_laned);
  else
    v_plain := p_routes;
    v_after := p_after;
  end if;
  if v_due or v_early or cardinality(v_ready) > 0 or exists (
    select from unnest(v_plain, v_after) u (route, after)
    where exists (select from millrace.live l where l.state = 'q' and l.route_id = u.route and l.lane = 0 and l.turn > u.after)
       or p_suspect and exists (select from millrace.live l where l.state = 's' and l.route_id = u.route)
  ) then
    perform from millrace.workers w where w.id = p_worker and w.epoch = p_epoch and w.tenant_id = p_tenant for key share;
    if not found then
      perform millrace.fail('MR055', format('Worker %s is not registered, or its epoch is not %s.', p_worker, p_epoch),
        'Register again: its leases have gone to others.', json_build_object('worker', p_worker::text));
    end if;
    if v_due then
      return query select * from millrace.claim_due(p_tenant, p_worker, v_plain, v_after, p_want, v_since);
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      if v_count = 0 then
        perform millrace.tick(250, v_since);  -- the first can go on while the next are woken
      end if;
    end if;
    for i in 0 .. coalesce(cardinality(p_routes), 0) loop
      if i > 0 and p_routes[i] = any (v_laned) then
        continue when p_routes[i] <> all (v_ready);
        if not millrace.lock_limits(p_routes[i]) then
          v_busy := true;
          continue;
        end if;
        return query select * from millrace.claim_lanes(p_tenant, p_worker, p_routes[i], v_left, p_suspect, p_since is null);
        get diagnostics v_count = row_count;
        v_left := v_left - v_count;
        exit when v_left <= 0;
        continue;
      end if;
      -- lock the rows into an array, then draw the fence, then write: a fence drawn first could go back
      v_rows := case when i > 0
        then array(select l.ctid from millrace.live l
                   where l.state = 'q' and l.route_id = p_routes[i] and l.lane = 0 and l.turn > p_after[i] and l.tenant_id = p_tenant
                   order by l.turn limit v_left for update skip locked)
        when p_suspect
        then array(select l.ctid from millrace.live l where l.state = 's' and l.route_id = any (v_plain) and l.tenant_id = p_tenant
                   limit 1 for update skip locked) end;
      continue when v_rows is null or cardinality(v_rows) = 0;
      v_fence := nextval('millrace.fences');  -- anew for each route: its rows were locked after the last draw
      return query select * from millrace.lease_rows(v_rows, p_worker, v_fence, millrace.clock());
      v_left := v_left - cardinality(v_rows);
      exit when v_left <= 0;
    end loop;
    if v_early and v_left > 0 then
      return query select * from millrace.claim_ahead(p_tenant, p_worker, v_plain, least(p_ahead, v_left),
        date_trunc('milliseconds', v_look));  -- as the worker gets to know it
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
    end if;
  end if;
  if p_idle and v_left > 0 then
    insert into millrace.idle_workers (worker_id, tenant_id)
    select p_worker, p_tenant where not exists (select from millrace.idle_workers i where i.worker_id = p_worker)
    on conflict do nothing;
  end if;
  return query select null::bigint, null::int, null::bigint, null::bigint, null::int, null::int,
                      null::bigint, null::text, null::text, null::text[], null::text[], null::bigint[],
                      case when v_busy then 5 else x.due_ms end, x.newest_route, x.chores, x.clock
               from millrace.get_chores(p_tenant, v_look, v_since) x;
end $$;

comment on function millrace.claim_tasks(int, bigint, int, int[], bigint[], int, boolean, boolean, timestamptz, int) is
  'Leases ready runs to a worker, with input, journal and open waits.';
revoke execute on function millrace.claim_tasks(int, bigint, int, int[], bigint[], int, boolean, boolean, timestamptz, int) from public;
