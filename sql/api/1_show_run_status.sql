-- show_run_status: the word for a status, as JSON.
create or replace function millrace.show_run_status(p_status millrace.run_status) returns json
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select to_json(case p_status when 'q' then 'pending' when 'r' then 'running' when 'w' then 'waiting' when 'p' then 'paused'
                               when 'c' then 'completed' when 'f' then 'failed' when 'x' then 'cancelled' end)
$$;

comment on function millrace.show_run_status(millrace.run_status) is 'The word for a status, for PostgREST.';
