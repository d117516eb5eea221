-- start_runs: the start, in arrays. Calling it again with the same ids changes nothing, so a lost reply is sent again.
--   p_ids     drawn by take_ids    p_routes  from resolve_route    p_delays  ms, null: none    p_inputs  JSON
--   p_metas   JSON, null: nothing out of the ordinary: id (a UUID of the caller's), key (idempotency), workflow (with key, keys or rules),
--             keys and weight (key_meta), rules (rules_problem), resource, tags, attributes, timeout_ms, start_within_ms (it fails if it
--             has not begun then), retries, parent, and whatever else is to be kept with the run
--   p_continues  they go on where runs end: also of workflows that take no starts any more, and over the quota
-- Returns: a row for each start that made no new run, because its key or id was used before, or by the rules: verdict e = the existing run
-- is what was asked for; r = it is alive, and there may be only one (MR014); k, i = that key, that id belongs to another start (MR010).
-- Where existing is the start's own id, that is the id that was drawn: the database was set back, and the caller draws another. The last
-- row has verdict m, and the time at which the others were made. start_within_ms is in timeout_at, with stamp 0, until a worker has it.
-- Transitions: -> queued, waiting (a delay). Locks: key rows in order; idle workers, skipping locked ones; for rules lock_start_keys.
-- Raises: 23505 (runs_…_pkey) while the same call that was sent before is still at work: call again. MR020 for more than 1,000 at once,
-- MR021 for more live runs than the tenant's quota, MR040 for a route of another tenant, MR016 and MR040 by refuse_stopped, MR001 and
-- 22P02 for what others could not read (check_starts).
drop function if exists millrace.start_runs(int, bigint[], int[], bigint[], text[], text[]);
create or replace function millrace.start_runs(
  p_tenant int, p_ids bigint[], p_routes int[], p_delays bigint[], p_inputs text[], p_metas text[] default null,
  p_continues boolean default false)
returns table (run_id bigint, verdict "char", existing bigint, created_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now  timestamptz := millrace.clock();
  v_turn bigint := nextval('millrace.numbers') * 1024;
  v_skip bigint[];  -- no run is made of them: another run has the name (v_named), or stands for it by the rules
  v_lost bigint[];  -- another run has the id
  v_named  bigint[];
  v_judged jsonb;   -- by the rules (apply_rules)
  v_within bigint[];
  v_stopped bigint[];  -- children of workflows that take no starts
  v_n    int;
begin
  perform millrace.fail('MR020', format('%s runs in one start are over the limit of 1,000.', cardinality(p_ids)),
    'Start them in several calls.') where cardinality(p_ids) > 1000;
  perform millrace.fail('MR040', 'A route is unknown to this tenant.', 'Resolve it again: the database may have been restored.')
  where exists (select from unnest(p_routes) x where not exists (select from millrace.routes r where r.id = x and r.tenant_id = p_tenant));
  perform count(u.input::json) from unnest(p_inputs) u (input);  -- 22P02 for what is no JSON
  v_stopped := (select millrace.refuse_stopped(p_tenant, p_ids, p_routes, p_metas)
                where not p_continues and exists (select from millrace.stopped_workflows s where s.tenant_id = p_tenant));
  if p_metas is not null then
    perform millrace.check_starts(p_metas);
    select x, x into v_named, v_skip from millrace.claim_names(p_tenant, p_ids, p_metas) x;
    if exists (select from unnest(p_metas) m where m like '%"rules"%' or m like '%"start_within_ms"%') then
      select x.judged, x.skip, x.delays, x.within_ms into v_judged, v_skip, p_delays, v_within
      from millrace.apply_rules(p_tenant, p_ids, p_delays, p_inputs, p_metas, v_named) x;
      v_now := millrace.clock();  -- it may have waited for others
    end if;
  end if;

  if exists (select from millrace.runs r where r.id = any (p_ids)) then  -- sent again, or the database was set back
    insert into millrace.runs (id, created_at, tenant_id, route_id, input, meta)
    select u.id, v_now, p_tenant, u.route, u.input, u.meta
    from unnest(p_ids, p_routes, p_inputs, p_metas) u (id, route, input, meta)
    where v_skip is null or u.id <> all (v_skip)
    on conflict (id) do nothing;
  else  -- the same without on conflict, which costs a twentieth of a run's WAL
    perform millrace.check_live(p_tenant, cardinality(p_ids) - coalesce(cardinality(v_skip), 0), p_metas)
    where not p_continues and exists (select from millrace.quotas q where q.tenant_id in (p_tenant, 0) and q.kind = 'live_runs');
    insert into millrace.runs (id, created_at, tenant_id, route_id, input, meta)
    select u.id, v_now, p_tenant, u.route, u.input, u.meta
    from unnest(p_ids, p_routes, p_inputs, p_metas) u (id, route, input, meta)
    where v_skip is null or u.id <> all (v_skip);
  end if;
  get diagnostics v_n = row_count;
  if v_n + coalesce(cardinality(v_skip), 0) < cardinality(p_ids) then
    v_lost := millrace.judge_ids(p_tenant, p_ids, p_routes, p_inputs, p_metas, v_skip);
  end if;

  insert into millrace.live (run_id, turn, tenant_id, route_id, lane, state, wake_at, wait_keys, wait_names, wait_until, timeout_at, stamp)
  select u.id, v_turn + u.i, p_tenant, u.route, case when u.meta is null then 0 else millrace.lane_of(p_tenant, u.meta) end,
         case when x.wake_at is null then 'q' else 'w' end, x.wake_at,
         case when x.wake_at is not null then array['~start'] end, case when x.wake_at is not null then array[null::text] end,
         case when x.wake_at is not null then array[x.wake_at] end,
         least(v_now + (u.meta::json ->> 'timeout_ms')::bigint * interval '1 ms',
               coalesce(x.wake_at, v_now) + u.within_ms * interval '1 ms'), case when u.within_ms is not null then 0 end
  from unnest(p_ids, p_routes, p_delays, p_metas, v_within) with ordinality u (id, route, delay, meta, within_ms, i),
  lateral (select case when u.delay > 0 then v_now + u.delay * interval '1 ms' end as wake_at) x
  where (v_skip is null or u.id <> all (v_skip))
    -- some were there before: of these ids only the runs that were just inserted have neither a live row nor an outcome
    and (v_n = cardinality(p_ids) or not exists (select from millrace.live l where l.run_id = u.id)
                                 and not exists (select from millrace.outcomes o where o.run_id = u.id));
  if p_metas is not null then
    perform millrace.label_starts(p_tenant, p_ids, p_routes, p_metas, coalesce(v_skip, '{}') || coalesce(v_lost, '{}'));
  end if;
  perform millrace.tell(p_ids, array_fill(-1, array[cardinality(p_ids)])), millrace.hint();
  if v_judged is not null then
    return query select f.*, null::timestamptz from millrace.follow_rules(p_tenant, p_ids, p_delays, p_inputs, p_metas, v_judged, v_now) f;
  end if;
  if v_named is not null or v_stopped is not null then
    perform millrace.fail_stopped(p_tenant, v_stopped);
    return query select j.*, null::timestamptz from millrace.judge_names(p_tenant, p_ids, p_inputs, p_metas, v_named) j;
  end if;
  return query select u.id, 'i'::"char", u.id, null::timestamptz from unnest(v_lost) u (id);
  return query select null::bigint, 'm'::"char", null::bigint, v_now;
end $$;

comment on function millrace.start_runs(int, bigint[], int[], bigint[], text[], text[], boolean) is
  'Starts runs, in arrays; returns the starts whose key or id was used before.';
revoke execute on function millrace.start_runs(int, bigint[], int[], bigint[], text[], text[], boolean) from public;
