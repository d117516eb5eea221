-- apply_rules: what the rules of starts mean for a call of start_runs. Starts that make no run give their names back.
--   p_named  starts that are decided already, because others have their names
-- Returns: judged, [[start, verdict, run]] of judge_starts; skip, the starts that make no run, p_named among them; delays; within_ms, in
-- which each must begin. Locks: as lock_start_keys.
create or replace function millrace.apply_rules(
  p_tenant int, p_ids bigint[], p_delays bigint[], p_metas text[], p_named bigint[],
  out judged jsonb, out skip bigint[], out delays bigint[], out within_ms bigint[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  select coalesce(jsonb_agg(jsonb_build_array(j.run_id, j.verdict, j.existing)), '[]'),
         array_agg(j.run_id) filter (where j.verdict in ('e', 'd', 'r'))
  into judged, skip from millrace.judge_starts(p_tenant, p_ids, p_metas, p_named) j;
  if skip is not null then
    perform millrace.release_names(p_tenant, p_ids, p_metas, skip);
  end if;
  skip := p_named || skip;
  delays := millrace.begin_delays(p_delays, p_metas);
  within_ms := array(select (u.meta::json ->> 'start_within_ms')::bigint from unnest(p_metas) with ordinality u (meta, i) order by u.i);
end $$;

comment on function millrace.apply_rules(int, bigint[], bigint[], text[], bigint[]) is 'What the rules of starts mean for a call of start_runs.';
revoke execute on function millrace.apply_rules(int, bigint[], bigint[], text[], bigint[]) from public;
