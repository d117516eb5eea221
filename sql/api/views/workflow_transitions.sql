-- workflow_transitions: the transitions of the machines of the caller's tenant, in their newest versions: a row for each state that one
-- leaves. wildcard: the document says from any.
create or replace view api.workflow_transitions with (security_invoker = true) as
select t.id, t.workflow_name, t.from_state, t.to_state, t.transition_name, t.conditions, t.context, t.metadata, t.workflow_version,
       t.wildcard, t.after_ms, t.rank
from millrace.machine_transition_details t;

comment on view api.workflow_transitions is 'The transitions of the machines of your tenant.';
