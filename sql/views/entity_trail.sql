-- entity_trail: the trail of instances. executed_by was authenticated, claimed_by is who the caller said that it was. Quick by instance,
-- by entity, by machine and by time: it has no order of its own, with which the planner could not look for the newest alone.
create or replace view millrace.entity_trail with (security_invoker = true) as
select h.tenant_id, h.instance_id || '/' || h.seq as id, h.instance_id as entity_workflow_instance_id, h.instance_id, h.seq,
       e.entity_table, e.entity_id, e.machine as workflow_name,
       (select w.version from millrace.workflows w where w.id = h.workflow_id) as workflow_version, h.from_state, h.to_state,
       h.transition as transition_name, h.transition_id, h.executed_by, h.claimed_by, h.executed_at, h.metadata, h.context, h.notes,
       h.spent_ms, encode(h.hash, 'hex') as hash
from millrace.entity_history h join millrace.entities e on e.id = h.instance_id;

comment on view millrace.entity_trail is 'The trail of instances of machines.';
