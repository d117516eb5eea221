-- add_logs: lines that handlers logged, from their worker. Those of runs that are not there (any more) are passed over.
--   p_ages  milliseconds since they were logged: workers have clocks of their own    p_levels  d i w e    p_steps  null: the handler
--   p_fields  JSON or null    p_dropped  lines of the run that were lost before
create or replace function millrace.add_logs(p_tenant int, p_runs bigint[], p_ages int[], p_levels "char"[], p_steps text[],
  p_attempts int[], p_messages text[], p_fields text[], p_dropped int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now timestamptz := millrace.clock();
begin
  insert into millrace.logs (id, at, tenant_id, run_id, attempt, dropped, level, step, message, fields)
  select nextval('millrace.log_numbers'), x.at, p_tenant, x.run, x.attempt, x.dropped, x.level, x.step, x.message, x.fields
  from (select v_now - u.age * interval '1 ms' as at, u.*
        from unnest(p_runs, p_ages, p_levels, p_steps, p_attempts, p_messages, p_fields, p_dropped) with ordinality
             u (run, age, level, step, attempt, message, fields, dropped, i)
        cross join lateral (select from millrace.runs o where o.id = u.run and o.tenant_id = p_tenant offset 0) r
        order by u.i offset 0) x;
  if exists (select from millrace.follows) then
    perform millrace.notify_followers(p_runs);
  end if;
end $$;

comment on function millrace.add_logs(int, bigint[], int[], "char"[], text[], int[], text[], text[], int[]) is 'Lines that handlers logged.';
revoke execute on function millrace.add_logs(int, bigint[], int[], "char"[], text[], int[], text[], text[], int[]) from public;
