-- bulk_discard: discard_workflow for all runs that a filter matches: takes failures off the list of failures. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second, reason
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_discard(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('discard', filter, options, '{"reason": "text"}')
$$;

comment on function millrace.bulk_discard(jsonb, jsonb) is 'discard_workflow for all runs that a filter matches.';
revoke execute on function millrace.bulk_discard(jsonb, jsonb) from public;
