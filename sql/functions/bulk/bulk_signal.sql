-- bulk_signal: trigger_event for all runs that a filter matches: sends each a message. See start_bulk.
--   filter   as of get_runs, not empty    options  tenant, by, dry_run, per_second, event_name, data
-- Returns: the operation. Raises: MR001, MR004 for a filter that is empty, or matches none or more than 100,000.
create or replace function millrace.bulk_signal(filter jsonb, options jsonb default '{}') returns json
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.start_bulk('signal', filter, options, '{"event_name": "text", "data": "any"}')
$$;

comment on function millrace.bulk_signal(jsonb, jsonb) is 'trigger_event for all runs that a filter matches.';
revoke execute on function millrace.bulk_signal(jsonb, jsonb) from public;
