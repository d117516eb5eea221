-- emit_event: tells a fact to all runs that wait for it, in the caller's transaction: those that wait now, and for as long as it is
-- kept those that begin to wait, each once and in the order of emission. Workflows that are registered to start on it are started.
--   options  tenant, key (what it is about; those who wait name it too), dedupe_id (the same again changes nothing, for as long as the
--            event is kept), keep_for (ms, or an interval as text; default: 1 day), event_id (a number drawn by take_ids: the same
--            again is the same event)
-- Returns: id, matched (the runs that waited, counted up to 100,000), started (the runs that it started).
-- Raises: MR001 for a bad name, key or option, MR002 for too much data, and what the start of a run raises.
-- Locks: some of the runs that wait, skipping locked ones: it waits for nobody but an emission with the same dedupe_id.
-- Example: select millrace.emit_event('paid', '{"amount": 90}', '{"key": "order-7"}');
create or replace function millrace.emit_event(event_name text, data jsonb default null, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('emit_event', options,
    '{"key": "text", "dedupe_id": "text", "keep_for": "any", "event_id": "text"}');
  v_keep   bigint := coalesce(millrace.duration_ms(options -> 'keep_for'), 86400000);
  v_id     bigint := case when options ->> 'event_id' ~ '^[0-9]{1,18}$' then (options ->> 'event_id')::bigint else millrace.take_ids() end;
  v_event  millrace.events;
begin
  perform millrace.check_event(emit_event.event_name, options ->> 'key', options ->> 'dedupe_id', octet_length(emit_event.data::text));
  v_event := millrace.put_event(v_tenant, v_id, emit_event.event_name, options ->> 'key', emit_event.data::text,
    options ->> 'dedupe_id', v_keep, 100);
  return json_build_object('id', v_event.id::text, 'matched', v_event.matched, 'started', v_event.started);
end $$;

comment on function millrace.emit_event(text, jsonb, jsonb) is 'Tells a fact to all runs that wait for it, and starts workflows on it.';
revoke execute on function millrace.emit_event(text, jsonb, jsonb) from public;
