-- bulk_migrate: migrate_workflow for all runs that a filter matches: moves those that no worker has to another version of their
-- workflow. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second, to_version
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_migrate(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('migrate', filter, options, '{"to_version": "text"}')
$$;

comment on function millrace.bulk_migrate(jsonb, jsonb) is 'migrate_workflow for all runs that a filter matches.';
revoke execute on function millrace.bulk_migrate(jsonb, jsonb) from public;
