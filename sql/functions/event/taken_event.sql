-- taken_event: the event that ended a wait, of the data of its journal row: {id, name, key}; null for any other message.
-- Tolerant: what cannot be read is none.
create or replace function millrace.taken_event(p_data text) returns json
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when p_data like '{"$event":%' then p_data::json -> '$event'
              when p_data like '["$event:%' then p_data::json -> 1 -> '$event' end;
exception when data_exception then
  return null;
end $$;

comment on function millrace.taken_event(text) is 'The event that ended a wait, of the data of its journal row.';
revoke execute on function millrace.taken_event(text) from public;
