-- taken_event: the event that ended a wait, of the data of its journal row: {id, name, key}; null for any other message.
-- Told by its very text: a caller's data that look alike are without the spaces, or jsonb has put them into another order.
-- Tolerant: what cannot be read is none.
create or replace function millrace.taken_event(p_data text) returns json
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when p_data like '{"$event":{"id" : "%' then p_data::json -> '$event'
              when p_data like '["$event:%,{"$event":{"id" : "%' then p_data::json -> 1 -> '$event' end;
exception when data_exception then
  return null;
end $$;

comment on function millrace.taken_event(text) is 'The event that ended a wait, of the data of its journal row.';
revoke execute on function millrace.taken_event(text) from public;
