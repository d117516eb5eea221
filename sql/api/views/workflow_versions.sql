-- workflow_versions: all registered versions of the workflows that the caller's tenant may start.
create or replace view api.workflow_versions with (security_invoker = true) as
select w.name as workflow_id, w.version, coalesce(w.definition ->> 'kind', 'function') as kind, w.created_at, w.registered_at
from millrace.workflows w;

comment on view api.workflow_versions is 'The versions of the workflows of your tenant.';
