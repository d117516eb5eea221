-- follow: a process says that it follows these runs, for the next 30 s. While anybody does, what happens to them is notified on its
-- channel (p_follower), and their workers tell it there what is live; it polls anyhow, because a notification is only a hint.
-- Runs of other tenants are passed over. Raises: MR001 for a channel of another form.
create or replace function millrace.follow(p_tenant int, p_follower text, p_runs bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_until timestamptz := clock_timestamp() + interval '30 s';
  v_runs  bigint[];
  v_new   bigint[];
begin
  if coalesce(p_follower, '') !~ '^[0-9a-f]{32}$' then
    perform millrace.fail('MR001', 'The name of a follower must be 32 hexadecimal digits.', 'Draw 16 random bytes.');
  end if;
  select array_agg(r.id order by r.id), array_agg(r.id) filter (where f.run_id is null) into v_runs, v_new
  from unnest(p_runs) u (id)
  cross join lateral (select o.id from millrace.runs o where o.id = u.id and o.tenant_id = p_tenant offset 0) r
  left join millrace.follows f on f.run_id = r.id and f.tenant_id = p_tenant and f.follower = p_follower;
  insert into millrace.follows (run_id, tenant_id, follower, expires_at)
  select distinct u.id, p_tenant, p_follower, v_until from unnest(v_runs) u (id) order by u.id
  on conflict on constraint follows_pkey do update set expires_at = excluded.expires_at;
  perform pg_notify('millrace:follow', string_agg(x.id::text, ','))
  from (select u.id, (u.i - 1) / 350 as part from unnest(v_new) with ordinality u (id, i)) x group by x.part;
end $$;

comment on function millrace.follow(int, text, bigint[]) is 'Asks for notifications of what happens to runs, for the next 30 s.';
revoke execute on function millrace.follow(int, text, bigint[]) from public;
