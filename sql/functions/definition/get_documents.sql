-- get_documents: the stored definitions that a worker could serve beside what its code has: of workflows that it knows how to take up,
-- the versions that have runs in a queue; of graphs, which need no code, also the version of each that was registered last.
--   p_names   workflows that it takes up by their documents    p_graphs  graphs that it takes; {*}: all; null: none
--   p_known   what it has already, or could not take up, by name and version
--   p_unfinished  also the versions whose runs are all under way or wait, which reads live
-- Returns: 20 at most, newest first, and no second one where they have more than 4 MiB together, as one may have. Who asks again knows
-- those.
create or replace function millrace.get_documents(
  p_tenant int, p_names text[], p_graphs text[], p_known_names text[], p_known_versions text[], p_unfinished boolean)
returns table (workflow_id text, version text, kind text, document text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_other  int[];  -- what it could serve, and has not
  v_wanted int[];
begin
  v_other := array(
    select w.id from millrace.workflows w join millrace.workflow_documents d on d.workflow_id = w.id
    where w.tenant_id = p_tenant
      and (w.name = any (p_names) or w.definition ->> 'kind' = 'graph' and (p_graphs = '{*}' or w.name = any (p_graphs)))
      and (w.name, w.version) not in (select k.name, k.version from unnest(p_known_names, p_known_versions) k (name, version)));
  if cardinality(v_other) = 0 then
    return;
  end if;
  v_wanted := array(
    select x.id from (
      select distinct on (w.name) w.id, w.name from millrace.workflows w join millrace.workflow_documents d on d.workflow_id = w.id
      where w.tenant_id = p_tenant and w.definition ->> 'kind' = 'graph' and (p_graphs = '{*}' or w.name = any (p_graphs))
        and w.deleted_at is null
      order by w.name, w.registered_at desc, w.id desc) x
    where x.id = any (v_other));
  if p_unfinished then
    v_wanted := v_wanted || array(
      select distinct r.workflow_id from millrace.routes r join millrace.live l on l.route_id = r.id and l.task = 0
      where r.workflow_id = any (v_other));
  else
    v_wanted := v_wanted || array(
      select r.workflow_id from millrace.routes r
      where r.workflow_id = any (v_other) and millrace.has_queued(r.id));
  end if;
  return query
  select w.name, w.version, w.definition ->> 'kind', d.document
  from (select x.workflow_id as id, row_number() over (order by x.workflow_id desc) as nth,
               sum(octet_length(x.document)) over (order by x.workflow_id desc) as bytes
        from millrace.workflow_documents x where x.workflow_id = any (v_wanted)) s
  join millrace.workflow_documents d on d.workflow_id = s.id join millrace.workflows w on w.id = s.id
  where s.nth = 1 or s.nth <= 20 and s.bytes <= 4194304 order by s.id desc;
end $$;

comment on function millrace.get_documents(int, text[], text[], text[], text[], boolean) is 'The stored definitions that a worker could serve.';
revoke execute on function millrace.get_documents(int, text[], text[], text[], text[], boolean) from public;
