-- machine_state_details: the states of machines, each machine in its newest version.
create or replace view millrace.machine_state_details with (security_invoker = true) as
select s.tenant_id, s.id, w.name as workflow_name, w.version as workflow_version, s.name, s.initial as is_initial, s.final as is_final,
       s.metadata, w.created_at, s.ordinal, s.sla_ms
from (select distinct on (v.tenant_id, v.name) v.* from millrace.workflows v where v.deleted_at is null
      order by v.tenant_id, v.name, v.registered_at desc, v.id desc) w
join millrace.machine_states s on s.workflow_id = w.id;

comment on view millrace.machine_state_details is 'The states of machines, each in its newest version.';
