-- workflow_details: the workflows of all kinds, each in its newest version, as other systems list them. id is what a start takes: the
-- name, and of a machine the id of that version (machine_of_id). states: of a machine, in the order of its document; no jsonb_agg, as
-- of objects within it, what it takes grows with the square of their length.
create or replace view millrace.workflow_details with (security_invoker = true) as
select w.tenant_id, case when w.definition ->> 'kind' = 'machine' then millrace.machine_uuid(w.id)::text else w.name end as id, w.name,
       w.version, coalesce(w.definition ->> 'kind', 'function') as kind,
       (select d.document::jsonb -> 'input_schema' from millrace.workflow_documents d where d.workflow_id = w.id) as input_schema,
       w.created_at, w.registered_at,
       (select coalesce(d.document::jsonb #>> '{workflow,metadata,description}', d.document::jsonb ->> 'description')
        from millrace.workflow_documents d where d.workflow_id = w.id) as description,
       coalesce((select nullif(d.document::jsonb #> '{workflow,metadata}', 'null')
                 from millrace.workflow_documents d where d.workflow_id = w.id), '{}') as metadata,
       not exists (select from millrace.stopped_workflows s where s.tenant_id = w.tenant_id and s.name = w.name) as is_active,
       w.registered_at as updated_at,
       coalesce((select to_jsonb(array_agg(jsonb_build_object('id', s.id, 'name', s.name, 'is_initial', s.initial, 'is_final', s.final,
                                                              'metadata', s.metadata) order by s.ordinal))
                 from millrace.machine_states s where s.workflow_id = w.id), '[]') as states
from (select distinct on (v.tenant_id, v.name) v.* from millrace.workflows v where v.deleted_at is null
      order by v.tenant_id, v.name, v.registered_at desc, v.id desc) w;

comment on view millrace.workflow_details is 'The workflows of all kinds, each in its newest version.';
