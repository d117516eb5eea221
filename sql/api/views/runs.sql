-- runs: the runs of the caller's tenant. The status is a letter with PostgREST's casts (run_status): so a filter by it is one by the
-- column of outcomes that is indexed, and none of the parts has a condition of its own, with which the planner could not look into it run
-- by run. What only the rows that are shown need is asked for each of them, and not at all where its column is not selected.
-- Fast, whatever the number of runs: by id, by a status that few have, and newest first by created_at, id (the index runs_by_tenant).
create or replace view api.runs with (security_invoker = true) as
select r.id::millrace.run_ref as id, w.name as workflow_id, w.version, x.status::millrace.run_status as status,
       (select case l.reason when 'p' then 'person' when 'c' then 'poison' when 'h' then 'history_mismatch' when 'l' then 'limit'
                    when 's' then 'step' when 'u' then 'undo_failed' end
        from millrace.live l where l.run_id = r.id and l.task = 0) as reason,
       (select 'undoing' from millrace.live l where l.run_id = r.id and l.task = 0 and l.undo = 'b') as phase,
       o.queue, o.priority, r.meta::json ->> 'resource' as resource_id, r.meta::json ->> 'key' as idempotency_key,
       coalesce(r.meta::json -> 'tags', '[]') as tags,
       (r.meta::json ->> 'parent')::bigint::millrace.run_ref as parent_id,
       (r.meta::json ->> 'retried_from')::bigint::millrace.run_ref as retried_from,
       (r.meta::json ->> 'forked_from')::bigint::millrace.run_ref as forked_from,
       r.meta::json ->> 'schedule' as schedule_id, r.input::json as input,
       (select e.output::json from millrace.outcomes e where e.run_id = r.id and e.status = 'c') as output,
       coalesce((select e.output::json from millrace.outcomes e where e.run_id = r.id and e.status = 'f'),
                (select c.data::json -> 'failure' from millrace.live l join millrace.checkpoints c on c.run_id = l.run_id and c.kind = 'p'
                 where l.run_id = r.id and l.task = 0 and l.reason in ('h', 'l', 'u') order by c.seq desc limit 1)) as failure,
       (select case when l.wait_keys[1] <> '~start' then regexp_replace(l.wait_keys[1], '^[~?]*([$]undo:)?', '') end
        from millrace.live l where l.run_id = r.id and l.task = 0) as current_step_id,
       (select l.wait_until[1] from millrace.live l where l.run_id = r.id and l.task = 0 and l.wait_keys = '{~start}') as starts_at,
       r.created_at, x.completed_at
from millrace.runs r
join millrace.routes o on o.id = r.route_id
join millrace.workflows w on w.id = o.workflow_id
join (select e.run_id, e.status, e.at as completed_at, 0 as task from millrace.outcomes e
      union all
      select l.run_id, (case when l.undo = 'b' and l.state <> 'p' then 'r'
                             else case l.state when 'l' then 'r' when 'p' then 'p'
                                    when 'w' then case when l.wait_keys = '{~start}' then 'q' else 'w' end
                                    else case when l.seq > 0 and (
                                           select true from millrace.checkpoints c
                                           where c.run_id = l.run_id and c.kind not in ('p', 'u', 'v')
                                           order by c.seq limit 1)
                                         then 'r' else 'q' end end end)::"char", null, l.task
      from millrace.live l) x on x.run_id = r.id and x.task = 0;

comment on view api.runs is 'The runs of your tenant: status, input, output, failure, times.';
