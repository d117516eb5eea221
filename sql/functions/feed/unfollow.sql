-- unfollow: a process does not follow these runs any more (0: the feed).
create or replace function millrace.unfollow(p_tenant int, p_follower text, p_runs bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  delete from millrace.follows f where f.run_id = any (p_runs) and f.tenant_id = p_tenant and f.follower = p_follower and f.follower <> ''
$$;

comment on function millrace.unfollow(int, text, bigint[]) is 'A process does not follow these runs any more.';
revoke execute on function millrace.unfollow(int, text, bigint[]) from public;
