-- approvals: the questions to people that are open. id is what answer_approval takes.
create or replace view api.approvals with (security_invoker = true) as
select millrace.run_uuid(a.run_id) || '/' || a.step as id, a.run_id::millrace.run_ref as run_id, w.name as workflow_id, a.step as step_id,
       a.question, a.details::json as details, a.assignees, a.roles, a.asked_at, a.expires_at
from millrace.approvals a
join millrace.runs r on r.id = a.run_id
join millrace.routes o on o.id = r.route_id
join millrace.workflows w on w.id = o.workflow_id
where a.expires_at is null or a.expires_at > millrace.clock();

comment on view api.approvals is 'The questions to people that are open in your tenant.';
