-- start_workflow_by_id: puts an entity into a machine, by the id that the view workflows has: that version of it.
--   options  version, notes, context, request (the same again is the same start), if_exists
-- Returns: the id of the instance. As start_workflow does with an entity_table.
create or replace function api.start_workflow_by_id(workflow_definition_id text default null, entity_table text default null,
  entity_id text default null, metadata jsonb default null, options jsonb default '{}')
returns uuid
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select api.start_workflow(workflow_definition_id => start_workflow_by_id.workflow_definition_id,
    entity_table => coalesce(start_workflow_by_id.entity_table, ''), entity_id => start_workflow_by_id.entity_id,
    metadata => start_workflow_by_id.metadata, options => start_workflow_by_id.options)
$$;

comment on function api.start_workflow_by_id(text, text, text, jsonb, jsonb) is
  'Starts a machine for an entity, and returns the id of the instance.';
revoke execute on function api.start_workflow_by_id(text, text, text, jsonb, jsonb) from public;
