-- draw_instance: the id of a new instance: a UUID that rises with time (version 7), so that indexes grow at their end.
create or replace function millrace.draw_instance() returns uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select encode(set_byte(b, 6, 112 | (get_byte(b, 6) & 15)), 'hex')::uuid
  from (select overlay(uuid_send(gen_random_uuid()) placing
                 substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6) as b) x
$$;

comment on function millrace.draw_instance() is 'The id of a new instance of a machine; it rises with time.';
revoke execute on function millrace.draw_instance() from public;
