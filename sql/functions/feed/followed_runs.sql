-- followed_runs: the runs that somebody follows, at most 10,000: their workers tell what is live.
create or replace function millrace.followed_runs() returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select x.run_id
  from (select distinct f.run_id from millrace.follows f
        where f.run_id > 0 and f.expires_at > pg_catalog.clock_timestamp() order by f.run_id desc limit 10000) x
$$;

comment on function millrace.followed_runs() is 'The runs that somebody follows.';
revoke execute on function millrace.followed_runs() from public;
