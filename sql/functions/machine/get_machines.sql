-- get_machines: the entity machines that a tenant may start, its own and the installation's, every version, by name, the one that starts
-- take first.
--   options  tenant, machine (its name), definition_id (of one version: machine_uuid), limit (1,000, which is also the most)
-- Returns: definition_id, under which other systems know the version; how many states and transitions it has (a list of states, or *, is
-- one); active: whether entities may be started. Raises: MR001 for an option.
-- Example: select workflow_id, version, definition_id from millrace.get_machines();
create or replace function millrace.get_machines(options jsonb default '{}')
returns table (definition_id uuid, workflow_id text, version text, newest boolean, active boolean, states int, transitions int,
               entity_table text, metadata jsonb, created_at timestamptz, registered_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_machines', options,
    '{"machine": "text", "definition_id": "text", "limit": "whole"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 1000), 1000), 1);
  v_number int := millrace.machine_number(options ->> 'definition_id');
begin
  return query
  select millrace.machine_uuid(w.id), w.name, w.version, w.rank = 1,
         not exists (select from millrace.stopped_workflows s where s.tenant_id = v_tenant and s.name = w.name),
         (select count(*)::int from millrace.machine_states s where s.workflow_id = coalesce(w.shared_id, w.id)),
         (select count(distinct t.ordinal)::int from millrace.machine_transitions t where t.workflow_id = coalesce(w.shared_id, w.id)),
         d.document #>> '{workflow,table}', coalesce(nullif(d.document #> '{workflow,metadata}', 'null'), '{}'),
         w.created_at, w.registered_at
  from (select v.*, row_number() over (partition by v.name order by v.registered_at desc, v.id desc) as rank
        from millrace.workflows v
        where v.tenant_id in (0, v_tenant) and v.deleted_at is null and v.definition ->> 'kind' = 'machine'
          and v.name = coalesce(options ->> 'machine', v.name)
          and (v.tenant_id <> 0 or not exists (select from millrace.workflows o
                                               where o.tenant_id = v_tenant and o.name = v.name and o.version = v.version))) w
  cross join lateral (select d.document::jsonb as document from millrace.workflow_documents d
                      where d.workflow_id in (w.id, w.shared_id) order by d.workflow_id = w.id desc limit 1) d
  where options ->> 'definition_id' is null or w.id = v_number
  order by w.name, w.rank limit v_limit;
end $$;

comment on function millrace.get_machines(jsonb) is 'The entity machines of a tenant, every version.';
revoke execute on function millrace.get_machines(jsonb) from public;
