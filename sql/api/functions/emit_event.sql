-- emit_event: tells a fact to all runs of your tenant that wait for it.
-- As millrace.emit_event does, for the tenant of the token.
create or replace function api.emit_event(event_name text, data jsonb default null, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('emit_event', emit_event.event_name);
  return millrace.emit_event(emit_event.event_name, emit_event.data, millrace.caller_options('emit_event', emit_event.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.emit_event(text, jsonb, jsonb) is 'Tells a fact to all runs that wait for it, and starts workflows on it.';
revoke execute on function api.emit_event(text, jsonb, jsonb) from public;
