-- get_definition: the stored document of a workflow's version: the graph that was put, the shape of a flow.
--   options  tenant, workflow_id, version (default: of those that have one the version registered last); that of a deleted one by its
--            version alone: what its runs were. Where the tenant has none of its own, the installation's
-- Returns: one row. Raises: MR001 without a workflow_id, MR040 if there is no such version, or it is code alone.
-- Example: select document -> 'steps' from millrace.get_definition('{"workflow_id": "ping"}');
create or replace function millrace.get_definition(options jsonb default '{}')
returns table (workflow_id text, version text, kind text, document jsonb, hash text, created_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_definition', options, '{"workflow_id": "text", "version": "text"}');
begin
  if options ->> 'workflow_id' is null then
    perform millrace.fail('MR001', 'The options of get_definition were refused: workflow_id is missing.', 'Name the workflow.',
      json_build_object('options', options));
  end if;
  return query
  select w.name, w.version, w.definition ->> 'kind', d.document::jsonb, d.hash, d.created_at
  from millrace.workflows w join millrace.workflow_documents d on d.workflow_id = w.id
  where w.tenant_id in (0, v_tenant) and w.shared_id is null and w.name = options ->> 'workflow_id'
    and w.version = coalesce(options ->> 'version', w.version) and (w.deleted_at is null or options ->> 'version' is not null)
  order by w.tenant_id = v_tenant desc, w.registered_at desc, w.id desc limit 1;
  if not found then
    perform millrace.fail('MR040',
      format('Workflow "%s"%s has no stored definition.', options ->> 'workflow_id',
        case when options ->> 'version' is not null then format(' in version "%s"', options ->> 'version') else '' end),
      'Check the name and version; a durable function is code alone.',
      json_build_object('workflow_id', options ->> 'workflow_id', 'version', options ->> 'version'));
  end if;
end $$;

comment on function millrace.get_definition(jsonb) is 'The stored document of a workflow''s version.';
revoke execute on function millrace.get_definition(jsonb) from public;
