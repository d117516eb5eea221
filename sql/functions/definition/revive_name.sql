-- revive_name: a workflow is registered: if it was deleted, its name is used again. A deleted version whose content was another gives up
-- its number, so that runs of it are not taken for runs of the new one; while some are unfinished it keeps it, and is what that number
-- means (put_document refuses the other content).
-- What the document of a graph says of is_active holds from here on, but nothing that a person said is taken back by it.
--   p_kind, p_document, p_hash  of what is registered
create or replace function millrace.revive_name(p_tenant int, p_name text, p_version text, p_kind text, p_document text, p_hash text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_off boolean := p_kind = 'graph' and p_document like '%"is_active"%' and p_document::jsonb -> 'is_active' = 'false';
begin
  update millrace.workflows w
  set version = left(w.version, 80) || ' deleted ' || to_char(w.deleted_at at time zone 'UTC', 'YYYY-MM-DD HH24.MI.SS.US')
  where w.tenant_id = p_tenant and w.name = p_name and w.version = p_version and w.deleted_at is not null
    and (coalesce(w.definition ->> 'kind', 'function') <> p_kind
         or (select d.hash from millrace.workflow_documents d where d.workflow_id = w.id) is distinct from p_hash)
    and not exists (select from millrace.routes r join millrace.live l on l.route_id = r.id where r.workflow_id = w.id);
  if v_off then
    insert into millrace.stopped_workflows as s (tenant_id, name, why, stopped_at) values (p_tenant, p_name, 'c', millrace.clock())
    on conflict on constraint stopped_workflows_pkey
    do update set why = 'c', actor = null, reason = null, stopped_at = excluded.stopped_at where s.why = 'd';
  else
    delete from millrace.stopped_workflows s where s.tenant_id = p_tenant and s.name = p_name and s.why <> 'i';
  end if;
end $$;

comment on function millrace.revive_name(int, text, text, text, text, text) is 'The name of a deleted workflow is used again; what a document says of is_active.';
revoke execute on function millrace.revive_name(int, text, text, text, text, text) from public;
