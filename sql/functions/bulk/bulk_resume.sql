-- bulk_resume: resume_workflow for all runs that a filter matches: lets paused ones go on. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_resume(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('resume', filter, options, '{}')
$$;

comment on function millrace.bulk_resume(jsonb, jsonb) is 'resume_workflow for all runs that a filter matches.';
revoke execute on function millrace.bulk_resume(jsonb, jsonb) from public;
