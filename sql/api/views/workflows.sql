-- workflows: the workflows of the caller's tenant, of all kinds, each with its newest version. id is what a start takes: the name, and of
-- a machine the id of that version.
create or replace view api.workflows with (security_invoker = true) as
select w.id, w.name, w.version, w.kind, w.input_schema, w.created_at, w.registered_at, w.description, w.metadata, w.is_active,
       w.updated_at, w.states
from millrace.workflow_details w;

comment on view api.workflows is 'The workflows of your tenant, each with its newest version; of machines with their states.';
