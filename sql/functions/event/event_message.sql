-- event_message: the name of the message that an event of this name and key is to runs that wait for it. A name holds no line
-- feed, so no two pairs give the same text. src/workflow/event-message.ts is its twin; test/kernel/event-message.test.ts holds
-- them together.
create or replace function millrace.event_message(p_name text, p_key text) returns text
language sql stable strict security definer set search_path = pg_catalog, pg_temp as $$
  select '$event:' || encode(sha256(convert_to(p_name || chr(10) || p_key, 'UTF8')), 'hex')
$$;

comment on function millrace.event_message(text, text) is 'The message that an event of a name and key is to runs that wait for it.';
revoke execute on function millrace.event_message(text, text) from public;
