-- stored_documents: the stored documents of these versions, of whatever tenant; asked by a worker for all tenants.
-- Returns: the first of them, and the next as long as they have no more than 4 MiB together: who asks again has those.
create or replace function millrace.stored_documents(p_workflows int[])
returns table (document_id int, name text, version text, kind text, document text)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select w.id, w.name, w.version, w.definition ->> 'kind', d.document
  from (select x.workflow_id as id, row_number() over (order by x.workflow_id) as nth,
               sum(octet_length(x.document)) over (order by x.workflow_id) as bytes
        from millrace.workflow_documents x where x.workflow_id = any (p_workflows)) s
  join millrace.workflow_documents d on d.workflow_id = s.id join millrace.workflows w on w.id = s.id
  where s.nth = 1 or s.bytes <= 4194304 order by s.id
$$;

comment on function millrace.stored_documents(int[]) is 'The stored documents of these versions, of whatever tenant.';
revoke execute on function millrace.stored_documents(int[]) from public;
