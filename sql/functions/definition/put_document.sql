-- put_document: keeps the document of a workflow version, once: another content is another version, for runs are under way with this
-- one. Who registers has the version's row locked, so two that do so at once see each other.
--   p_document  null: the version has none, and may not get code without one for what it has    p_hash  of what counts in it, in hex
-- Returns: whether it is new. Raises: MR015 if the version has another content, MR021 for more than the tenant's quota.
create or replace function millrace.put_document(p_tenant int, p_workflow int, p_document text, p_hash text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_hash text := (select d.hash from millrace.workflows w join millrace.workflow_documents d on d.workflow_id in (w.id, w.shared_id)
                  where w.id = p_workflow order by d.workflow_id = w.id desc limit 1);
  v_of   record;
begin
  if v_hash is null and p_document is not null then
    if p_tenant <> 0 then
      perform millrace.check_quota(p_tenant, 'definitions', 1);
      perform millrace.check_quota(p_tenant, 'definition_bytes', octet_length(p_document));
    end if;
    insert into millrace.workflow_documents (workflow_id, tenant_id, document, hash) values (p_workflow, p_tenant, p_document, p_hash);
    return true;
  elsif v_hash is distinct from p_hash then
    select w.name, w.version, w.definition ->> 'kind' = 'machine' as is_machine into v_of from millrace.workflows w where w.id = p_workflow;
    perform millrace.fail('MR015',
      format('Workflow "%s" exists in version "%s" with %s.', v_of.name, v_of.version,
        case when p_hash is null then 'a stored definition, and this one has none' else 'another content' end),
      case when v_of.is_machine then 'Give this one a version of its own.'
           else 'Give this one a version of its own, or none: then it is taken from the shape.' end,
      json_build_object('workflow_id', v_of.name, 'version', v_of.version, 'stored', v_hash, 'given', p_hash));
  end if;
  return false;
end $$;

comment on function millrace.put_document(int, int, text, text) is 'Keeps the document of a workflow version, once.';
revoke execute on function millrace.put_document(int, int, text, text) from public;
