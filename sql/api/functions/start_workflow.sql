-- start_workflow: starts a run of a workflow, or, with entity_table, puts an entity into a machine; for the tenant of the token. As
-- millrace.start_workflow and start_entity do. Every parameter has a default: PostgREST chooses a function by the names it is given.
--   workflow_id, workflow_name, workflow_definition_id  what is started, by one of them: an id of the view workflows, or a name
--   input, options                                      of a run; options of a machine: version, notes, context, request, if_exists
--   entity_table, entity_id, metadata                   the row that the machine is for, and what is known of it
-- Returns: the id of the run, or of the instance.
drop function if exists api.start_workflow(text, jsonb, jsonb);
create or replace function api.start_workflow(workflow_id text default null, input jsonb default null, options jsonb default '{}',
  workflow_definition_id text default null, workflow_name text default null, entity_table text default null,
  entity_id text default null, metadata jsonb default null)
returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name   text := coalesce(start_workflow.workflow_id, start_workflow.workflow_definition_id, start_workflow.workflow_name);
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('start_workflow', v_name);
  if num_nonnulls(start_workflow.workflow_id, start_workflow.workflow_definition_id, start_workflow.workflow_name) > 1 then
    perform millrace.fail('MR001', 'The workflow was named more than once.',
      'Give one of workflow_id, workflow_definition_id and workflow_name.');
  elsif start_workflow.entity_table is not null or start_workflow.entity_id is not null then
    perform millrace.fail('MR001', 'A machine takes no input.', 'Give what is known of the entity as metadata.')
    where start_workflow.input is not null;
    return millrace.start_machine(v_name, start_workflow.entity_table, start_workflow.entity_id, start_workflow.metadata,
      millrace.caller_options('start_workflow', start_workflow.options, array['by', 'roles', 'entity_table', 'metadata']));
  end if;
  perform millrace.fail('MR001', 'A run takes no metadata.', 'Give input; or entity_table and entity_id, to start a machine.')
  where start_workflow.metadata is not null;
  return millrace.start_workflow(v_name, start_workflow.input, millrace.caller_options('start_workflow', start_workflow.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.start_workflow(text, jsonb, jsonb, text, text, text, text, jsonb) is
  'Starts a run, or with entity_table a machine for an entity, and returns its id.';
revoke execute on function api.start_workflow(text, jsonb, jsonb, text, text, text, text, jsonb) from public;
