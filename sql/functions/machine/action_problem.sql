-- action_problem: what is wrong with the fields of an action taken together, as a sentence; null: nothing.
create or replace function millrace.action_problem(p_action jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case
    when jsonb_typeof(p_action) <> 'object' then null
    when x.count <> 1 then format('An action must have one of start, signal and webhook, and has %s.', coalesce(x.names, 'none'))
    when p_action ? 'input' and x.names <> 'start' then format('A %s takes no input. Take it out.', x.names)
    when p_action ? 'data' and x.names = 'start' then format('A %s takes no data. Take it out.', x.names)
    when x.names <> 'signal' and p_action ->> 'run_id' is not null then format('A %s takes no run_id. Take it out.', x.names)
    when x.names = 'signal' and p_action ->> 'run_id' is null
      then 'A signal goes to a run: give its run_id, such as "{{ metadata.run_id }}".' end
  from (select count(*) as count, string_agg(k, ' and ') as names from unnest(array['start', 'signal', 'webhook']) k
        where p_action ->> k is not null) x
$$;

comment on function millrace.action_problem(jsonb) is 'What is wrong with the fields of an action taken together.';
revoke execute on function millrace.action_problem(jsonb) from public;
