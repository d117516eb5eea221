-- bulk_terminate: terminate_workflow for all runs that a filter matches: ends them at once, without undos. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second, reason
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_terminate(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('terminate', filter, options, '{"reason": "text"}')
$$;

comment on function millrace.bulk_terminate(jsonb, jsonb) is 'terminate_workflow for all runs that a filter matches.';
revoke execute on function millrace.bulk_terminate(jsonb, jsonb) from public;
