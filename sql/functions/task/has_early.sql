-- has_early: whether claim_ahead may find something: runs of these routes that sleep, and whose time comes in the next 200 ms, among
-- the first so many. Tenant 0: of any tenant.
create or replace function millrace.has_early(p_tenant int, p_routes int[], p_look timestamptz, p_most int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select exists (
    select from (select l.tenant_id, l.route_id, l.lane, l.wait_keys, l.wait_names from millrace.live l
                 where l.state = 'w' and l.wake_at > p_look and l.wake_at <= p_look + interval '200 ms'
                 order by l.wake_at limit p_most) l
    where p_tenant in (0, l.tenant_id) and l.lane = 0 and l.route_id = any (p_routes) and cardinality(l.wait_keys) = 1
      and l.wait_names[1] is null and l.wait_keys[1] !~ '^[~?]')
$$;

comment on function millrace.has_early(int, int[], timestamptz, int) is 'Whether runs of these routes sleep whose time comes soon.';
revoke execute on function millrace.has_early(int, int[], timestamptz, int) from public;
