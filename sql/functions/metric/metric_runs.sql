-- metric_runs: the runs that were started since a time, the newest first, at most p_most, as lists walk them: by the ids of each route.
-- A run whose id was drawn long before it was started lies where that id is.
-- Where a tenant has many routes fewer are looked at, as each route costs as many looks: a million in all.
-- Returns: runs; complete: these are all; reached: from when on they are.
create or replace function millrace.metric_runs(
  p_tenant int, p_workflow text, p_since timestamptz, p_most int, out runs bigint[], out complete boolean, out reached timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_routes int[] := array(select o.id from millrace.routes o join millrace.workflows w on w.id = o.workflow_id
                          where o.tenant_id = p_tenant and (p_workflow is null or w.name = p_workflow));
  v_most   int := least(p_most, greatest(1000000 / greatest(cardinality(v_routes), 1), 500));
  v_found  bigint[] := millrace.run_window(p_tenant, 'routes', null, null, v_routes, 9223372036854775807, false, v_most);
  v_oldest timestamptz := (select r.created_at from millrace.runs r where r.id = v_found[cardinality(v_found)]);
begin
  complete := cardinality(v_found) < v_most or v_oldest < p_since;
  reached := case when complete then p_since else v_oldest end;
  runs := array(select r.id from unnest(v_found) with ordinality f (id, i) join millrace.runs r on r.id = f.id
                where r.created_at >= p_since order by f.i);
end $$;

comment on function millrace.metric_runs(int, text, timestamptz, int) is 'The newest runs that were started since a time, at most so many.';
revoke execute on function millrace.metric_runs(int, text, timestamptz, int) from public;
