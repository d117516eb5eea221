-- bulk_fork: fork_workflow for all runs that a filter matches: starts a new run of each that has its history up to a step. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second, from_step, version, input, output
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_fork(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('fork', filter, options, '{"from_step": "text", "version": "text", "input": "any", "output": "any"}')
$$;

comment on function millrace.bulk_fork(jsonb, jsonb) is 'fork_workflow for all runs that a filter matches.';
revoke execute on function millrace.bulk_fork(jsonb, jsonb) from public;
