-- signal_start: the message that start_workflow was given for the run, whether it has just been started or was there before.
--   p_signal  {event_name, data, dedupe_id}
-- Raises: MR001 for what is no such object, and what trigger_event raises: MR011 if the run has ended. Locks: the live row.
create or replace function millrace.signal_start(p_run uuid, p_signal jsonb, p_tenant jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.check_options('start_workflow (signal)', p_signal, '{"event_name": "text", "data": "any", "dedupe_id": "text"}');
  perform millrace.trigger_event(p_run, p_signal ->> 'event_name', p_signal -> 'data',
    jsonb_build_object('tenant', p_tenant, 'dedupe_id', p_signal -> 'dedupe_id'));
end $$;

comment on function millrace.signal_start(uuid, jsonb, jsonb) is 'Sends a run the message that its start was given.';
revoke execute on function millrace.signal_start(uuid, jsonb, jsonb) from public;
