-- entity_trail: the trail of instances, the newest row first. executed_by was authenticated, claimed_by is who the caller said that it was.
-- To be asked for single instances, or for the newest: the order is that of the primary key, backwards.
create or replace view millrace.entity_trail with (security_invoker = true) as
select h.tenant_id, h.instance_id || '/' || h.seq as id, h.instance_id as entity_workflow_instance_id, h.instance_id, h.seq,
       (select e.entity_table from millrace.entities e where e.id = h.instance_id) as entity_table,
       (select e.entity_id from millrace.entities e where e.id = h.instance_id) as entity_id,
       (select e.machine from millrace.entities e where e.id = h.instance_id) as workflow_name,
       (select w.version from millrace.workflows w where w.id = h.workflow_id) as workflow_version, h.from_state, h.to_state,
       h.transition as transition_name, h.transition_id, h.executed_by, h.claimed_by, h.executed_at, h.metadata, h.context, h.notes,
       h.spent_ms, encode(h.hash, 'hex') as hash
from millrace.entity_history h
order by h.instance_id desc, h.seq desc;

comment on view millrace.entity_trail is 'The trail of instances of machines, the newest row first.';
