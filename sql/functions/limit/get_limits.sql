-- get_limits: the limits and pauses of workflows and queues: a row for each rule, and one for each pause.
--   options  tenant, workflow_id, queue
-- running: the runs of that workflow or queue that workers have now, as far as limits count them; waiting: keys with runs that wait;
-- busiest: the ten keys with the most running, [{keys, running}].
create or replace function millrace.get_limits(options jsonb default '{}')
returns table (scope text, name text, rule text, "limit" int, period_ms bigint, burst int, key text[],
               running int, waiting int, busiest json, paused_at timestamptz, paused_by text, pause_reason text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_limits', options, '{"workflow_id": "text", "queue": "text"}');
begin
  return query
  select 'everything', null::text, 'pause', null::int, null::bigint, null::int, null::text[],
         0, 0, null::json, t.paused_at, t.paused_by, t.pause_reason
  from millrace.tenants t
  where t.id = v_tenant and t.paused_at is not null and options ->> 'workflow_id' is null and options ->> 'queue' is null;
  return query
  select case l.kind when 'w' then 'workflow' else 'queue' end, l.name, x.rule, (x.body ->> 'limit')::int, (x.body ->> 'period_ms')::bigint,
         case when x.rule = 'rate' then coalesce((x.body ->> 'burst')::int, (x.body ->> 'limit')::int) end,
         (select array_agg(k) from jsonb_array_elements_text(x.body -> 'key') k),
         coalesce(u.running, 0)::int, coalesce(q.waiting, 0)::int, u.busiest,
         case when x.rule = 'pause' then l.paused_at end, case when x.rule = 'pause' then l.paused_by end,
         case when x.rule = 'pause' then l.pause_reason end
  from millrace.limits l,
  lateral (select 'pause' as rule, '{}'::jsonb as body, 0 as nth where l.paused_at is not null
           union all select 'concurrency', c.body, 1 from jsonb_array_elements(l.rules -> 'concurrency') c (body)
           union all select 'rate', c.body, 2 from jsonb_array_elements(l.rules -> 'rate') c (body)
           union all select 'fairness', l.rules -> 'fairness', 3 where l.rules ? 'fairness') x,
  lateral (select array(select r.route_id from millrace.limited_routes r where r.tenant_id = v_tenant and l.id = any (r.limits)) as ids) o,
  lateral (select sum(y.n) as running,
                  json_agg(json_build_object('keys', y.keys, 'running', y.n) order by y.n desc) filter (where y.nth <= 10) as busiest
           from (select n.keys, count(*) as n, row_number() over (order by count(*) desc, n.keys) as nth
                 from millrace.live v join millrace.lanes n on n.route_id = v.route_id and n.lane = v.lane & -2
                 where v.state = 'l' and v.lane <> 0 and v.route_id = any (o.ids) group by n.keys) y) u,
  lateral (select count(distinct n.keys) as waiting from millrace.lanes n where (n.begun or n.fresh) and n.route_id = any (o.ids)) q
  where l.tenant_id = v_tenant and (options ->> 'workflow_id' is null or l.kind = 'w' and l.name = options ->> 'workflow_id')
    and (options ->> 'queue' is null or l.kind = 'q' and l.name = options ->> 'queue')
  order by l.kind desc, l.name, x.nth, x.body::text;
end $$;

comment on function millrace.get_limits(jsonb) is 'The limits and pauses of workflows and queues, and how much of them is used.';
revoke execute on function millrace.get_limits(jsonb) from public;
