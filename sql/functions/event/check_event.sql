-- check_event: whether an event can be emitted so. Raises: MR001 for a bad name, key or dedupe_id, MR002 for too much data.
create or replace function millrace.check_event(p_name text, p_key text, p_dedupe text, p_bytes int) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_name is null or p_name !~ '^[A-Za-z0-9_.: -]{1,128}$' then
    perform millrace.fail('MR001', format('"%s" is not a name for an event.', left(p_name, 300)), 'Names match [A-Za-z0-9_.: -]{1,128}.',
      json_build_object('event_name', left(p_name, 300)));
  elsif p_key is null or length(p_key) not between 1 and 256 then
    perform millrace.fail('MR001', format('The key of event "%s" is %s.', p_name,
        case when p_key is null then 'missing' when p_key = '' then 'empty' else format('%s characters long', length(p_key)) end),
      'Give a key of 1 to 256 characters: those who wait name it too. Hash longer ones.', json_build_object('key', left(p_key, 300)));
  elsif length(p_dedupe) not between 1 and 256 then
    perform millrace.fail('MR001', format('The dedupe_id of event "%s" does not have 1 to 256 characters.', p_name),
      'Hash longer ones, and leave it out where there is none.', json_build_object('dedupe_id', left(p_dedupe, 300)));
  elsif p_bytes > 1048576 then
    perform millrace.fail('MR002', format('Data of %s bytes is over the limit of 1 MiB.', p_bytes),
      'Store it elsewhere and pass a reference.', json_build_object('event_name', p_name));
  end if;
end $$;

comment on function millrace.check_event(text, text, text, int) is 'Refuses an event with a bad name or key, or too much data.';
revoke execute on function millrace.check_event(text, text, text, int) from public;
