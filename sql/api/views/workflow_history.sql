-- workflow_history: who moved the instances of the caller's tenant, when and why: ?entity_workflow_instance_id=eq.…&order=seq.desc. Fast,
-- whatever their number: by instance, by entity, and the newest first of all, of a workflow, into a state or by somebody.
create or replace view api.workflow_history with (security_invoker = true) as
select h.id, h.entity_workflow_instance_id, h.entity_table, h.entity_id, h.workflow_name, h.from_state, h.to_state, h.transition_name,
       h.executed_by, h.executed_at, h.metadata, h.context, h.notes, h.instance_id, h.seq, h.claimed_by, h.workflow_version,
       h.transition_id, h.spent_ms, h.hash
from millrace.entity_trail h;

comment on view api.workflow_history is 'Who moved the entities of your tenant through machines, when and why.';
