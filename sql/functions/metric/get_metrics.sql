-- get_metrics: how the runs of a tenant did that were started lately: how many ended how, how long they took, where steps failed, and what
-- waits in the queues. What it costs does not grow with the history: the newest runs are looked at, 5,000 unless most says otherwise.
--   options  tenant, workflow_id, since (default: a day ago), most (100 to 20,000; of 200 workflows and more, fewer are looked at)
-- Returns: a JSON object.
--   since    from when on, as asked for     from      from when on it is complete: later than since where there were more runs than most
--   complete since and from are the same    total     runs looked at; all numbers below are of them, none is extrapolated
--   by_status, durations (of completed runs, start to end, in ms: count, avg, p50, p90, p95, p99, max), by_workflow (the same for each),
--   steps (of the newest 1,000 of these runs, 200 journal rows of each: ended, failed, rate, attempts, failed_attempts),
--   steps_of (how many runs that are), queues (ready runs; counted up to 10,000 of a queue: capped),
--   webhooks (deliveries since then, of all of the tenant's: metric_webhooks)
-- Raises: MR001. Example: select millrace.get_metrics('{"workflow_id": "order"}') -> 'durations';
create or replace function millrace.get_metrics(options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_tenant int := millrace.check_options('get_metrics', options, '{"workflow_id": "text", "since": "time", "most": "whole"}');
  v_now    timestamptz := millrace.clock();
  v_since  timestamptz := coalesce((options ->> 'since')::timestamptz, v_now - interval '1 day');
  v_runs   bigint[];
  v_all    boolean;
  v_from   timestamptz;
  v_ended  json;
begin
  if (options ->> 'most')::int not between 100 and 20000 then
    perform millrace.fail('MR001', format('The options of get_metrics were refused: most is %s.', options ->> 'most'),
      'Give 100 to 20,000, or leave it out.', json_build_object('options', options));
  end if;
  select m.runs, m.complete, m.reached into v_runs, v_all, v_from
  from millrace.metric_runs(v_tenant, options ->> 'workflow_id', v_since, coalesce((options ->> 'most')::int, 5000)) m;
  with ended as (
    select w.name as workflow, x.status, case when x.status = 'completed' then extract(epoch from x.at - r.created_at) * 1000 end as ms
    from unnest(v_runs) u (id)
    join millrace.runs r on r.id = u.id
    join millrace.routes o on o.id = r.route_id join millrace.workflows w on w.id = o.workflow_id
    cross join lateral (
      select case e.status when 'c' then 'completed' when 'f' then 'failed' else 'cancelled' end as status, e.at
      from millrace.outcomes e where e.run_id = r.id
      union all
      select case when l.state = 'p' then 'paused' when l.state = 'l' or l.undo = 'b' or l.state in ('q', 's') and l.seq > 0 then 'running'
                  when l.state = 'w' and l.wait_keys <> '{~start}' then 'waiting' else 'pending' end, null
      from millrace.live l where l.run_id = r.id and l.task = 0) x),
  grouped as (
    select e.workflow, count(*) as count, count(e.ms) as timed,
           round(avg(e.ms)) as avg, round(max(e.ms)) as max,
           percentile_cont(array[0.5, 0.9, 0.95, 0.99]) within group (order by e.ms) as p,
           count(*) filter (where e.status = 'completed') as completed, count(*) filter (where e.status = 'failed') as failed,
           count(*) filter (where e.status = 'cancelled') as cancelled
    from ended e group by grouping sets ((), (e.workflow)))
  select json_build_object(
    'total', (select g.count from grouped g where g.workflow is null),
    'by_status', (select json_object_agg(s.status, coalesce(c.count, 0) order by s.i)
      from unnest(array['pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled']) with ordinality s (status, i)
      left join (select e.status, count(*) as count from ended e group by e.status) c on c.status = s.status),
    'durations', (select json_build_object('count', g.timed, 'avg', g.avg, 'p50', round(g.p[1]), 'p90', round(g.p[2]), 'p95', round(g.p[3]),
                                           'p99', round(g.p[4]), 'max', g.max) from grouped g where g.workflow is null),
    'by_workflow', coalesce((select json_agg(json_build_object('workflow_id', g.workflow, 'count', g.count, 'completed', g.completed,
        'failed', g.failed, 'cancelled', g.cancelled, 'avg', g.avg, 'p50', round(g.p[1]), 'p90', round(g.p[2]), 'p95', round(g.p[3]),
        'p99', round(g.p[4]), 'max', g.max) order by g.count desc, g.workflow) from grouped g where g.workflow is not null), '[]'))
  into v_ended;
  return (jsonb_build_object('since', v_since, 'until', v_now, 'from', v_from, 'complete', v_all) || v_ended::jsonb
    || jsonb_build_object('steps', millrace.metric_steps(v_runs[1:1000]), 'steps_of', least(cardinality(v_runs), 1000),
                          'queues', millrace.metric_queues(v_tenant), 'webhooks', millrace.metric_webhooks(v_tenant, v_since)))::json;
end $$;

comment on function millrace.get_metrics(jsonb) is 'How the runs of a tenant did that were started lately, as JSON.';
revoke execute on function millrace.get_metrics(jsonb) from public;
