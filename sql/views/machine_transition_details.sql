-- machine_transition_details: the transitions of machines, each machine in its newest version: a row for each state that one leaves.
-- conditions are those of the document; which of them hold now, get_transitions says.
create or replace view millrace.machine_transition_details with (security_invoker = true) as
select t.tenant_id, t.id, w.name as workflow_name, w.version as workflow_version, t.from_state, t.to_state, t.name as transition_name,
       t.conditions, t.context, t.metadata, t.wildcard, t.after_ms, t.rank
from (select distinct on (v.tenant_id, v.name) v.* from millrace.workflows v where v.deleted_at is null
      order by v.tenant_id, v.name, v.registered_at desc, v.id desc) w
join millrace.machine_transitions t on t.workflow_id = w.id;

comment on view millrace.machine_transition_details is 'The transitions of machines, each in its newest version.';
