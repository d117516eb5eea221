-- schedules: the schedules of the caller's tenant.
create or replace view api.schedules with (security_invoker = true) as
select s.name as id, s.workflow as workflow_id, s.cron, s.every_ms, s.anchor_at, s.timezone, s.overlap, s.catch_up, s.input::json as input,
       s.options as run_options, s.declared, s.created_at, case when s.paused_at is null then s.next_at end as next_at, s.last_at,
       s.last_run::millrace.run_ref as last_run_id, cardinality(s.waiting) as waiting, s.skipped, s.problem, s.note, s.paused_at,
       s.paused_by, s.pause_reason
from millrace.schedules s;

comment on view api.schedules is 'The schedules of your tenant: when, what, and how it went.';
