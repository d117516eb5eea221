-- put_queue: sets the limits of a queue, for all workflows in it together; they replace what it had.
--   limits   {concurrency: [{limit, key}], rate: [{limit, period_ms, burst, key}], fairness: {key, weight}}; '{}': none
--   options  tenant
-- Raises: MR001 for a name or limits of another form.
-- Example: select millrace.put_queue('mail', '{"concurrency": [{"limit": 10}], "rate": [{"limit": 100, "period_ms": 60000}]}');
create or replace function millrace.put_queue(queue text, limits jsonb, options jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_queue', options);
begin
  if queue !~ '^[A-Za-z0-9_.: -]{1,128}$' or queue is null then
    perform millrace.fail('MR001', format('The queue "%s" was refused: its name must match [A-Za-z0-9_.: -]{1,128}.', queue),
      'Give it another name.', json_build_object('queue', queue));
  end if;
  perform millrace.put_limits(v_tenant, 'q', queue, coalesce(limits, '{}'));
end $$;

comment on function millrace.put_queue(text, jsonb, jsonb) is 'Sets the limits of a queue.';
revoke execute on function millrace.put_queue(text, jsonb, jsonb) from public;
