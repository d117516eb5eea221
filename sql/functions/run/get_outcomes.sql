-- get_outcomes: of some runs those that have ended, for whoever waits for results. continued_as: the last of the runs that go on where one
-- ended by step.continueAsNew; such a run has no output.
drop function if exists millrace.get_outcomes(int, bigint[]);
create or replace function millrace.get_outcomes(p_tenant int, p_runs bigint[])
returns table (run_id bigint, status "char", output text, continued_as bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = off as $$
  select o.run_id, o.status, o.output,
         case when o.status = 'c' and o.output is null then nullif(millrace.last_of_chain(o.run_id), o.run_id) end
  from millrace.outcomes o where o.run_id = any (p_runs) and o.tenant_id = p_tenant
$$;

comment on function millrace.get_outcomes(int, bigint[]) is 'Of some runs those that have ended.';
revoke execute on function millrace.get_outcomes(int, bigint[]) from public;
