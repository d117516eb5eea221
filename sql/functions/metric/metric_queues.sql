-- metric_queues: how many runs of a tenant are ready in each queue, counted up to 10,000 for each route: the time does not depend on how
-- many wait.   oldest: when the first in line was started.
-- Returns: a JSON array, the longest first; only queues with ready runs.
create or replace function millrace.metric_queues(p_tenant int) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select coalesce(jsonb_agg(jsonb_build_object('queue', q.queue, 'ready', q.ready, 'capped', q.capped, 'oldest', q.oldest)
                            order by q.ready desc, q.queue), '[]')
  from (
    select o.queue, sum(least(c.ready, 10000))::int as ready, bool_or(c.ready > 10000) as capped,
           min((select r.created_at from millrace.runs r where r.id = c.first)) as oldest
    from millrace.routes o
    cross join lateral (
      select count(*) as ready, (array_agg(x.run_id))[1] as first
      from (select l.run_id from millrace.live l where l.route_id between o.id and o.id and l.state = 'q'
            order by l.route_id, l.lane, l.turn limit 10001) x) c
    where o.tenant_id = p_tenant and c.ready > 0
    group by o.queue) q
$$;

comment on function millrace.metric_queues(int) is 'How many runs are ready in each queue of a tenant, as JSON.';
revoke execute on function millrace.metric_queues(int) from public;
