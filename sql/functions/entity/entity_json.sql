-- entity_json: instances as JSON, in the order of the array; what there is not is left out.
create or replace function millrace.entity_json(p_tenant int, p_ids uuid[]) returns table (entity_id uuid, entity json)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select e.id, json_build_object('id', e.id, 'machine', e.machine, 'version', w.version, 'entity_table', e.entity_table,
    'entity_id', e.entity_id, 'state', e.state, 'status', case when e.completed_at is null then 'live' else 'completed' end,
    'metadata', e.metadata, 'seq', e.seq, 'entered_at', e.entered_at, 'due_at', e.due_at, 'created_at', e.created_at,
    'updated_at', e.updated_at, 'completed_at', e.completed_at,
    'timer', case when e.timer ? 'tries' then e.timer - '{at,code,rests}'::text[] end)
  from unnest(p_ids) with ordinality u (id, n)
  join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant
  join millrace.workflows w on w.id = e.workflow_id
  order by u.n
$$;

comment on function millrace.entity_json(int, uuid[]) is 'Instances of machines as JSON.';
revoke execute on function millrace.entity_json(int, uuid[]) from public;
