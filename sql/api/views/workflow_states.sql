-- workflow_states: the states of the machines of the caller's tenant, in their newest versions: ?workflow_name=eq.…&order=ordinal.
create or replace view api.workflow_states with (security_invoker = true) as
select s.id, s.workflow_name, s.name, s.is_initial, s.is_final, s.metadata, s.created_at, s.workflow_version, s.ordinal, s.sla_ms
from millrace.machine_state_details s;

comment on view api.workflow_states is 'The states of the machines of your tenant.';
