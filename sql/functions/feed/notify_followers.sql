-- notify_followers: a hint to the processes that follow these runs: they look.
create or replace function millrace.notify_followers(p_runs bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  -- at most 350 ids of 20 digits in each: a payload over 8,000 bytes would abort the transaction
  select pg_notify('millrace:' || x.follower, 'runs ' || string_agg(x.run_id::text, ','))
  from (select f.follower, f.run_id, (row_number() over (partition by f.follower order by f.run_id) - 1) / 350 as part
        from millrace.follows f where f.run_id = any (p_runs) and f.run_id <> 0) x
  group by x.follower, x.part
$$;

comment on function millrace.notify_followers(bigint[]) is 'A hint to the processes that follow these runs.';
revoke execute on function millrace.notify_followers(bigint[]) from public;
