-- last_of_chain: the run that goes on where this one and its successors ended (step.continueAsNew); a run that has none is its own.
create or replace function millrace.last_of_chain(p_run bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select coalesce(
    (select c.run_id from millrace.continuations c
     where c.first_run = coalesce((select f.first_run from millrace.continuations f where f.run_id = p_run), p_run)
     order by c.nth desc limit 1), p_run)
$$;

comment on function millrace.last_of_chain(bigint) is 'The run that goes on where this one and its successors ended.';
revoke execute on function millrace.last_of_chain(bigint) from public;
