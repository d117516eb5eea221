-- chain_ended_at: since when a run counts as ended for whoever deletes old ones. The first of a chain (step.continueAsNew) is kept as
-- long as that goes on: people know the chain by its id and its key. Null while it does; of any other run when it ended itself (p_at).
create or replace function millrace.chain_ended_at(p_run bigint, p_at timestamptz) returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select case when l.id is null then p_at else (select o.at from millrace.outcomes o where o.run_id = l.id) end
  from (select (select c.run_id from millrace.continuations c where c.first_run = p_run order by c.nth desc limit 1) as id) l
$$;

comment on function millrace.chain_ended_at(bigint, timestamptz) is 'Since when a run counts as ended for whoever deletes old ones.';
revoke execute on function millrace.chain_ended_at(bigint, timestamptz) from public;
