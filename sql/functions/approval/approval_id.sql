-- approval_id: the id of a question: the run's and the step's.
create or replace function millrace.approval_id(p_run bigint, p_step text) returns text
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select millrace.run_uuid(p_run) || '/' || p_step
$$;

comment on function millrace.approval_id(bigint, text) is 'The id of a question to people.';
revoke execute on function millrace.approval_id(bigint, text) from public;
