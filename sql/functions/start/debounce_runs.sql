-- debounce_runs: gives runs that wait for their begin the input of the last start that came meanwhile, and puts their begin off: by the
-- period again, but never beyond max_ms after the start that made them. The caller holds their keys and live rows.
-- A row of runs changes here, and otherwise only when a run is moved to another version: only its input, and by it the keys of its
-- limits, and only before it begins.
--   p_delays  as of begin_delays    p_judged  [[start, verdict, run]], of judge_starts; d is meant
create or replace function millrace.debounce_runs(
  p_tenant int, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_last   record;
  v_begins timestamptz;
begin
  for v_last in
    select distinct on (j.run) j.run, u.delay, u.input, u.meta::jsonb as meta
    from (select (x ->> 0)::bigint as id, (x ->> 2)::bigint as run from jsonb_array_elements(p_judged) x where x ->> 1 = 'd') j
    join unnest(p_ids, p_delays, p_inputs, p_metas) with ordinality u (id, delay, input, meta, i) on u.id = j.id
    order by j.run, u.i desc
  loop
    select greatest(p_now, least(p_now + v_last.delay * interval '1 ms',
                                 k.at + (v_last.meta #>> '{rules,debounce,max_ms}')::bigint * interval '1 ms'))
    into v_begins
    from millrace.start_keys k
    where k.tenant_id = p_tenant and k.workflow = v_last.meta ->> 'workflow' and k.rule = 'debounce'
      and k.key = millrace.start_key(v_last.meta #> '{rules,debounce,key}');
    update millrace.runs r
    set input = v_last.input,
        meta = case when r.meta::jsonb -> 'keys' <> v_last.meta -> 'keys'
               then (r.meta::jsonb || (select jsonb_object_agg(e.key, e.value) from jsonb_each(v_last.meta) e
                                       where e.key in ('keys', 'weight')))::text
               else r.meta end
    where r.id = v_last.run;
    update millrace.live l
    set timeout_at = case when l.stamp = 0  -- start_within counts from when it may begin, its own time-out does not
                     then (select least(r.created_at + (r.meta::json ->> 'timeout_ms')::bigint * interval '1 ms',
                                        v_begins + (r.meta::json ->> 'start_within_ms')::bigint * interval '1 ms')
                           from millrace.runs r where r.id = v_last.run)
                     else l.timeout_at end,
        lane = case when l.lane <> 0 and v_last.meta ? 'keys' then millrace.lane_of(p_tenant, v_last.meta::text) else l.lane end,
        wake_at = case l.state when 'w' then v_begins end, wait_until = array[v_begins]
    where l.run_id = v_last.run and l.task = 0;
  end loop;
end $$;

comment on function millrace.debounce_runs(int, bigint[], bigint[], text[], text[], jsonb, timestamptz) is
  'Gives runs that wait for their begin the input of the last start, and puts them off.';
revoke execute on function millrace.debounce_runs(int, bigint[], bigint[], text[], text[], jsonb, timestamptz) from public;
