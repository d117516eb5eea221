-- count_entities: how many instances of a machine are in each of its states: all of its states, in the order of the document that has
-- them last. It counts in an index, and in the table where a version or a table is named.
--   options  tenant, version, entity_table
-- Returns: state, final (in some version), count. Raises: MR001, MR040.
-- Example: select state, count from millrace.count_entities('order');
create or replace function millrace.count_entities(machine text, options jsonb default '{}')
returns table (state text, final boolean, count bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant   int := millrace.check_options('count_entities', options, '{"version": "text", "entity_table": "text"}');
  v_versions int[] := millrace.machine_versions(v_tenant, count_entities.machine, options ->> 'version');
  v_table    text := options ->> 'entity_table';
begin
  return query
  select s.name, s.final,
    case when v_table is null and options ->> 'version' is null then (
      select count(*) from millrace.entities e
      where e.tenant_id = v_tenant and e.machine = count_entities.machine and e.state = s.name)
    else (
      select count(*) from millrace.entities e
      where e.tenant_id = v_tenant and e.machine = count_entities.machine and e.state = s.name
        and e.workflow_id = any (v_versions) and e.entity_table = coalesce(v_table, e.entity_table)) end
  from (select x.name, bool_or(x.final) as final, max(x.workflow_id) as latest,
          (array_agg(x.ordinal order by x.workflow_id desc))[1] as ordinal
        from millrace.machine_states x where x.workflow_id = any (v_versions) group by x.name) s
  order by s.latest desc, s.ordinal;
end $$;

comment on function millrace.count_entities(text, jsonb) is 'How many instances of a machine are in each of its states.';
revoke execute on function millrace.count_entities(text, jsonb) from public;
