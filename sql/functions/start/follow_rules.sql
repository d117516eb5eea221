-- follow_rules: does what judge_starts said, once the runs of the call are there: cancels those that are replaced, ends children that
-- must not be, puts off those that are debounced, and fills batches. The caller holds the keys and the live rows of all of them.
--   p_judged  [[start, verdict, run]]
-- Returns: the starts that made no run: verdict e = existing stands for it, r = refused because existing is alive.
-- Transitions: any live state -> ended; queued -> ended; waiting -> waiting, queued.
create or replace function millrace.follow_rules(
  p_tenant int, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamptz)
returns table (run_id bigint, verdict "char", existing bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_one record;
begin
  for v_one in
    select (x ->> 0)::bigint as id, x ->> 1 as verdict, (x ->> 2)::bigint as other from jsonb_array_elements(p_judged) x
    where x ->> 1 in ('x', 'f') order by 3, 1
  loop
    if v_one.verdict = 'x' then
      perform millrace.cancel_runs(p_tenant, array[v_one.other],
        json_build_object('reason', format('replaced by run %s', millrace.run_uuid(v_one.id)), 'by', null));
    else
      delete from millrace.live l where l.run_id = v_one.id;
      perform millrace.end_runs(p_tenant, null, array[v_one.id], '{f}', null,
        array[json_build_object('code', 'MR014', 'name', 'ConflictError', 'message', format('Run %s is alive with the same key, and there '
          'may be only one (singleton).', millrace.run_uuid(v_one.other)), 'stack', null, 'stepId', null, 'attempt', 1,
          'fingerprint', 'singleton')::text],
        array[(select millrace.parent_of(r.meta) from millrace.runs r where r.id = v_one.id)], null, p_now);
    end if;
  end loop;
  perform millrace.debounce_runs(p_tenant, p_ids, p_delays, p_inputs, p_metas, p_judged, p_now);
  perform millrace.fill_batches(p_ids, p_inputs, p_judged);
  return query
  select (x ->> 0)::bigint, (case x ->> 1 when 'r' then 'r' else 'e' end)::"char", (x ->> 2)::bigint
  from jsonb_array_elements(p_judged) x where x ->> 1 not in ('x', 'f');
end $$;

comment on function millrace.follow_rules(int, bigint[], bigint[], text[], text[], jsonb, timestamptz) is
  'Does what the rules of starts say, once the runs are there.';
revoke execute on function millrace.follow_rules(int, bigint[], bigint[], text[], text[], jsonb, timestamptz) from public;
