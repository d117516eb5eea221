-- apply_rules: what the rules of starts mean for a call of start_runs. Starts that make no run give their names back.
--   p_named  starts that are decided already, because others have their names
-- Returns: judged, [[start, verdict, run]] of judge_starts; skip, the starts that make no run, p_named among them; delays; within_ms, in
-- which each must begin. Raises: MR001 for an input of a batch that is no array of one. Locks: as lock_start_keys.
create or replace function millrace.apply_rules(
  p_tenant int, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_named bigint[],
  out judged jsonb, out skip bigint[], out delays bigint[], out within_ms bigint[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from unnest(p_inputs, p_metas) u (input, meta)
             where u.meta like '%"batch"%' and u.meta::jsonb #> '{rules,batch}' is not null
               and case when left(u.input, 1) = '[' and right(u.input, 1) = ']'
                   then json_array_length(u.input::json) = 1 end is not true) then
    perform millrace.fail('MR001', 'The input of a start that goes into a batch is no array of one.', 'Put it in brackets: "[1]".');
  end if;
  select coalesce(jsonb_agg(jsonb_build_array(j.run_id, j.verdict, j.existing)), '[]'),
         array_agg(j.run_id) filter (where j.verdict not in ('x', 'f'))
  into judged, skip from millrace.judge_starts(p_tenant, p_ids, p_inputs, p_metas, p_named) j;
  if skip is not null then
    perform millrace.release_names(p_tenant, p_ids, p_metas, skip);
  end if;
  skip := p_named || skip;
  delays := millrace.begin_delays(p_delays, p_metas);
  within_ms := array(select (u.meta::json ->> 'start_within_ms')::bigint from unnest(p_metas) with ordinality u (meta, i) order by u.i);
end $$;

comment on function millrace.apply_rules(int, bigint[], bigint[], text[], text[], bigint[]) is 'What the rules of starts mean for a call of start_runs.';
revoke execute on function millrace.apply_rules(int, bigint[], bigint[], text[], text[], bigint[]) from public;
