-- event_output: what a row of the journal gave, as people see it: of an event its data alone; where it was one of several for which the
-- step waited, with its name and key before them.
create or replace function millrace.event_output(p_data text) returns json
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when millrace.taken_event(p_data) is null then p_data::json
         when p_data like '[%' then json_build_array(
           format('%s (%s)', millrace.taken_event(p_data) ->> 'name', millrace.taken_event(p_data) ->> 'key'), p_data::json -> 1 -> 'data')
         else p_data::json -> 'data' end
$$;

comment on function millrace.event_output(text) is 'What a row of the journal gave, of an event its data alone.';
revoke execute on function millrace.event_output(text) from public;
