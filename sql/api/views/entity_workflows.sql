-- entity_workflows: the instances of machines of the caller's tenant. Fast, whatever their number: by id, by
-- entity, by workflow and state, and those first that were moved last.
create or replace view api.entity_workflows with (security_invoker = true) as
select e.id, e.entity_table, e.entity_id, e.workflow_name, e.workflow_version, e.current_state, e.current_state_metadata, e.started_at,
       e.updated_at, e.completed_at, e.metadata, e.status, e.seq, e.entered_at, e.due_at
from millrace.entity_details e;

comment on view api.entity_workflows is 'The entities of your tenant that are in machines: where they stand.';
