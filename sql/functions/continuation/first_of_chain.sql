-- first_of_chain: the run that was started, of those that continue each other: a parent knows that one.
create or replace function millrace.first_of_chain(p_run bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select coalesce((select c.first_run from millrace.continuations c where c.run_id = p_run), p_run)
$$;

comment on function millrace.first_of_chain(bigint) is 'The run that was started, of those that continue each other.';
revoke execute on function millrace.first_of_chain(bigint) from public;
