-- prune: takes runs that ended so long ago out of the history, with all that is kept of them: for what a retention (of the workflow's
-- definition) does not cover. Runs that have not ended stay. See start_bulk.
--   filter   as of get_runs; may be empty    options  tenant, older_than (ms, or an interval as text; since they ended), by, dry_run,
--            per_second
-- Returns: the operation. Raises: MR001, MR004 for a filter that matches none or more than 100,000.
-- Example: select millrace.prune('{"workflow_id": "order"}', '{"older_than": "90 days", "dry_run": true}');
create or replace function millrace.prune(filter jsonb, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_ms   bigint := millrace.duration_ms(options -> 'older_than');
  v_till timestamptz := millrace.clock() - v_ms * interval '1 ms';
  v_own  jsonb := filter -> 'ended_before';
begin
  if v_ms is null then
    perform millrace.fail('MR001', 'older_than is missing.', 'Say how long ago runs must have ended, like "90 days".');
  end if;
  perform millrace.check_filter('prune', filter);
  if jsonb_typeof(v_own) = 'string' then
    v_till := least(v_till, (v_own #>> '{}')::timestamptz);
  end if;
  return millrace.start_bulk('prune', coalesce(filter, '{}') || jsonb_build_object('ended_before', v_till), options - 'older_than', '{}');
end $$;

comment on function millrace.prune(jsonb, jsonb) is 'Takes runs that ended so long ago out of the history.';
revoke execute on function millrace.prune(jsonb, jsonb) from public;
