-- trigger_event: a message to one run of yours: buffered, consumed once.
-- As millrace.trigger_event does, for the tenant of the token.
create or replace function api.trigger_event(run_id uuid, event_name text, data jsonb default null, options jsonb default '{}')
returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('trigger_event', trigger_event.run_id::text);
  return millrace.trigger_event(trigger_event.run_id, trigger_event.event_name, trigger_event.data,
    millrace.caller_options('trigger_event', trigger_event.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.trigger_event(uuid, text, jsonb, jsonb) is 'Sends a message to one run: buffered, consumed once.';
revoke execute on function api.trigger_event(uuid, text, jsonb, jsonb) from public;
