-- get_runs: runs as JSON, newest first.
--   options  tenant, workflow_id, version, queue, statuses, resource_id, tags (all of them), parent_id, created_after,
--            created_before, ended_before, fingerprint (of the failure; of failed runs, unless statuses say otherwise),
--            run_ids (at most 1,000), schedule_id, limit (20, at most 101), after (a run's id: older ones follow), before (newer
--            ones precede)
-- Under a rare filter a page may be short, or a single row without a run, as only so many are looked at (find_runs): go on
-- from its last_seen, until that is null.
-- Raises: MR001 for an option it does not know, MR041 for a parent or cursor that there is not.
-- Example: select run ->> 'id' from millrace.get_runs('{"workflow_id": "order", "statuses": ["failed"]}');
create or replace function millrace.get_runs(options jsonb default '{}') returns table (run json, last_seen uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_tenant int := millrace.check_filter('get_runs', options, '{"limit": "whole", "after": "uuid", "before": "uuid"}');
  v_newer  boolean := options ->> 'before' is not null;
  v_bound  bigint := case when coalesce(options ->> 'before', options ->> 'after') is null then 9223372036854775807
                          else millrace.find_run(v_tenant, coalesce(options ->> 'before', options ->> 'after')::uuid) end;
  v_found  bigint[];
begin
  if options ->> 'parent_id' is not null then
    perform millrace.find_run(v_tenant, (options ->> 'parent_id')::uuid);
  end if;
  select f.runs, f.bound into v_found, v_bound from millrace.find_runs(
    v_tenant, options, v_bound, v_newer, greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1)) f;
  return query
  select j.run, millrace.run_uuid(v_bound)
  from millrace.run_json(v_tenant, array(select x from unnest(v_found) x order by x desc)) j;
  if not found and v_bound is not null then
    return query select null::json, millrace.run_uuid(v_bound);
  end if;
end $$;

comment on function millrace.get_runs(jsonb) is 'Runs as JSON, newest first, with filters and a cursor.';
revoke execute on function millrace.get_runs(jsonb) from public;
