-- workflows: the workflows that the caller's tenant may start, each with its newest version. id is its name, too: the name is what a start
-- gives.
create or replace view api.workflows with (security_invoker = true) as
select w.name as id, w.name, w.version, coalesce(w.definition ->> 'kind', 'function') as kind,
       (select d.document::jsonb -> 'input_schema' from millrace.workflow_documents d where d.workflow_id = w.id) as input_schema,
       w.created_at, w.registered_at
from (select distinct on (v.name) v.* from millrace.workflows v order by v.name, v.registered_at desc, v.id desc) w;

comment on view api.workflows is 'The workflows of your tenant, each with its newest version.';
