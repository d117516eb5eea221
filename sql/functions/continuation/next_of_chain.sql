-- next_of_chain: the run that this one continued as; null if there is none.
create or replace function millrace.next_of_chain(p_run bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  select n.run_id
  from (select coalesce(max(c.first_run), p_run) as first, coalesce(max(c.nth), 0) + 1 as nth
        from millrace.continuations c where c.run_id = p_run) x
  join millrace.continuations n on n.first_run = x.first and n.nth = x.nth
$$;

comment on function millrace.next_of_chain(bigint) is 'The run that this one continued as; null if there is none.';
revoke execute on function millrace.next_of_chain(bigint) from public;
