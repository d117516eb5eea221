-- keep_machine: makes a version of a machine known, of a document that check_machine has let pass; it is the one that a start without a
-- version takes. One that was deleted is there again (revive_name). The version that the document names is no part of its content: an
-- export names the one as which it was put.
-- Returns: whether it is new. Raises: MR015 if the version exists with another content, or the name is that of another kind of workflow;
-- MR021 for more than the tenant's quota. Locks: as hold_name, then the version's row of workflows.
create or replace function millrace.keep_machine(p_tenant int, p_name text, p_version text, p_document jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_text    text := p_document::text;
  v_hash    text := encode(sha256(convert_to((p_document #- '{workflow,version}')::text, 'UTF8')), 'hex');
  v_old     record;
  v_created boolean;
begin
  perform millrace.hold_name(p_tenant, p_name);
  perform millrace.revive_name(p_tenant, p_name, p_version, 'machine', v_text, v_hash);
  if exists (select from millrace.workflows w where w.tenant_id = p_tenant and w.name = p_name and w.deleted_at is null
             and w.definition ->> 'kind' is distinct from 'machine') then
    perform millrace.fail('MR015', format('Workflow "%s" exists, and is no machine.', p_name), 'Give the machine a name of its own.',
      json_build_object('workflow_id', p_name));
  end if;
  insert into millrace.workflows (tenant_id, name, version, definition, registered_at)
  values (p_tenant, p_name, p_version, jsonb_strip_nulls(jsonb_build_object('kind', 'machine', 'table', p_document #> '{workflow,table}')),
          clock_timestamp())
  on conflict (tenant_id, name, version) do update set registered_at = greatest(workflows.registered_at, excluded.registered_at)
  returning id, coalesce(definition ->> 'kind', 'function') as kind, deleted_at is not null as gone, shared_id into v_old;
  if v_old.kind <> 'machine' then
    perform millrace.fail('MR015', format('Workflow "%s" exists in version "%s" as code (kind %s).', p_name, p_version, v_old.kind),
      'Give the machine another version.', json_build_object('workflow_id', p_name, 'version', p_version));
  end if;
  v_created := millrace.put_document(p_tenant, v_old.id, v_text, v_hash);
  if v_created then
    perform millrace.put_machine(p_tenant, v_old.id, p_document);
  end if;
  update millrace.workflows w set deleted_at = null where w.id = v_old.id and v_old.gone;
  return v_created or v_old.gone;
end $$;

comment on function millrace.keep_machine(int, text, text, jsonb) is 'Makes a version of a machine known.';
revoke execute on function millrace.keep_machine(int, text, text, jsonb) from public;
