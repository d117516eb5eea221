-- purge_queue: cancels the runs of a queue that have not begun, by a bulk operation (see start_bulk): workers carry it out, from the
-- oldest to the newest. A run that begins meanwhile goes on, and counts as failed there; runs that are started later are none of its.
--   options  tenant, dry_run (counts, and changes nothing), by, reason, per_second, operation_id
-- Returns: the operation. Raises: MR001, MR004 if there is none, or more than 100,000.
-- Example: select millrace.purge_queue('mail', '{"dry_run": true}') ->> 'matched';
create or replace function millrace.purge_queue(queue text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.check_options('purge_queue', options,
    '{"dry_run": "any", "by": "text", "reason": "text", "per_second": "whole", "operation_id": "text"}');
  if queue !~ '^[A-Za-z0-9_.: -]{1,128}$' or queue is null then
    perform millrace.fail('MR001', format('Nothing can have the name "%s".', left(queue, 200)), 'Names match [A-Za-z0-9_.: -]{1,128}.',
      json_build_object('queue', left(queue, 200)));
  end if;
  return millrace.start_bulk('cancel', jsonb_build_object('queue', queue, 'statuses', '["pending"]'::jsonb),
    options || '{"not_begun": true}', '{"reason": "text", "not_begun": "any"}');
end $$;

comment on function millrace.purge_queue(text, jsonb) is 'Cancels the runs of a queue that have not begun.';
revoke execute on function millrace.purge_queue(text, jsonb) from public;
