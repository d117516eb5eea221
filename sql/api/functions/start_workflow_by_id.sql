-- start_workflow_by_id: puts an entity into a machine, by the id that the view workflows has: that version of it.
--   options  version, notes, context, request (the same again is the same start), if_exists
-- Returns: the id of the instance. As millrace.start_entity does, for the tenant of the token.
create or replace function api.start_workflow_by_id(workflow_definition_id text default null, entity_table text default null,
  entity_id text default null, metadata jsonb default null, options jsonb default '{}')
returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('start_workflow', start_workflow_by_id.workflow_definition_id);
  return millrace.start_machine(start_workflow_by_id.workflow_definition_id, start_workflow_by_id.entity_table,
    start_workflow_by_id.entity_id, start_workflow_by_id.metadata,
    millrace.caller_options('start_workflow_by_id', start_workflow_by_id.options, array['by', 'entity_table', 'metadata']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.start_workflow_by_id(text, text, text, jsonb, jsonb) is
  'Starts a machine for an entity, and returns the id of the instance.';
revoke execute on function api.start_workflow_by_id(text, text, text, jsonb, jsonb) from public;
