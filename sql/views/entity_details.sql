-- entity_details: the instances of machines as they are now. What only the rows that are shown need is asked for each of them.
create or replace view millrace.entity_details with (security_invoker = true) as
select e.tenant_id, e.id, e.entity_table, e.entity_id, e.machine as workflow_name,
       (select w.version from millrace.workflows w where w.id = e.workflow_id) as workflow_version, e.state as current_state,
       (select s.metadata from millrace.machine_states s
        where s.workflow_id = e.workflow_id and s.name = e.state) as current_state_metadata,
       e.created_at as started_at, e.updated_at, e.completed_at, e.metadata,
       case when e.completed_at is null then 'active' else 'completed' end as status, e.seq, e.entered_at, e.due_at
from millrace.entities e;

comment on view millrace.entity_details is 'The instances of machines as they are now.';
