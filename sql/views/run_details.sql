-- run_details: a run as people see it. Where a value can be read from the journal it is read there, not kept twice.
-- No exists, and no limit without an order: without statistics the planner expects to meet such a row of a whole table soon.
create or replace view millrace.run_details with (security_invoker = true) as
select r.id as run_id, r.tenant_id, coalesce((m.meta ->> 'id')::uuid, millrace.run_uuid(r.id)) as id,
       w.name as workflow_id, w.version, o.queue, o.priority,
       case when e.status is not null then case e.status when 'c' then 'completed' when 'f' then 'failed' else 'cancelled' end
            when l.undo = 'b' and l.state <> 'p' then 'running'
            else case l.state when 'l' then 'running' when 'w' then case when l.wait_keys = '{~start}' then 'pending' else 'waiting' end
                 when 'p' then 'paused' else case when l.seq > 0 and (
                                        select true from millrace.checkpoints c where c.run_id = r.id and c.kind not in ('p', 'u', 'v')
                                        order by c.seq limit 1)
                                      then 'running' else 'pending' end end end as status,
       case l.reason when 'p' then 'person' when 'c' then 'poison' when 'h' then 'history_mismatch' when 'l' then 'limit'
            when 's' then 'step' when 'u' then 'undo_failed' end as reason,
       m.meta, r.input, case when e.status = 'c' then e.output end as output,
       coalesce(case when e.status = 'f' then e.output end,
                case when l.reason in ('h', 'l', 'u') then paused.data::json ->> 'failure'
                     when l.reason = 'c' then json_build_object('code', 'MR055', 'name', 'LeaseLostError',
                       'message', format('%s workers died while they held the run, one after the other.', l.crashes),
                       'stack', null, 'stepId', null, 'attempt', 1, 'fingerprint', 'poison')::text end) as failure,
       case when l.wait_keys[1] <> '~start' then regexp_replace(l.wait_keys[1], '^[~?]*([$]undo:)?', '') end as current_step_id,
       case when l.wait_keys = '{~start}' then l.wait_until[1] end as starts_at,
       coalesce((select json_agg(case when x.about is null
                                 then json_build_object('step_id', x.step_id, 'event', x.event, 'until', x.until)
                                 else json_build_object('step_id', x.step_id, 'event', x.about ->> 0, 'key', x.about ->> 1,
                                                        'until', x.until) end order by x.i)
                 from (select k.key, regexp_replace(k.key, '^[~?]*([$]undo:)?', '') as step_id, k.name, k.until, k.i,
                              case when k.name !~ '^[$]' then k.name end as event,
                              case when k.name like '$event:%' then (
                                select json_build_array(v.name, v.key) from millrace.event_waits v
                                where v.run_id = r.id and v.step = k.key and v.message = k.name) end as about
                       from unnest(l.wait_keys, l.wait_names, l.wait_until) with ordinality k (key, name, until, i)) x
                 where x.key not in ('~start', '~$handler') and x.name is distinct from '$any'), '[]') as waits, w.definition,
       r.created_at, greatest(r.created_at, e.at, last.at) as updated_at, e.at as completed_at,
       -- until it has begun live has the time by which it must (start_within)
       case when m.meta -> 'start_within_ms' is null or l.undo = 'b' then l.timeout_at
            when l.run_id is not null then r.created_at + (m.meta ->> 'timeout_ms')::bigint * interval '1 ms' end as timeout_at,
       case when l.state = 'p' then paused.at end as paused_at, resumed.at as resumed_at,
       (select count(*)::int from millrace.checkpoints c where c.run_id = r.id and c.kind in ('e', 'h')) as retry_count,
       case when l.undo = 'b' then 'undoing' end as phase
from millrace.runs r
join millrace.routes o on o.id = r.route_id
join millrace.workflows w on w.id = o.workflow_id
cross join lateral (select r.meta::json as meta) m
left join millrace.live l on l.run_id = r.id and l.task = 0
left join millrace.outcomes e on e.run_id = r.id
left join lateral (select c.at from millrace.checkpoints c where c.run_id = r.id order by c.seq desc limit 1) last on true
left join lateral (select c.at, c.data from millrace.checkpoints c where c.run_id = r.id and c.kind = 'p'
                   order by c.seq desc limit 1) paused on true
left join lateral (select c.at from millrace.checkpoints c where c.run_id = r.id and c.kind = 'u'
                   order by c.seq desc limit 1) resumed on true;

comment on view millrace.run_details is 'A run as people see it: status, input, output, failure, times.';
