-- find_entity: which instance is meant: by its id, or as the entity {machine, id, table}. Without a table it is in one of those that the
-- versions of the machine are for. Of several instances of an entity it is the live one, else the last.
-- Returns: its id. Raises: MR001 for neither or both, MR043 if there is none, or no such machine.
create or replace function millrace.find_entity(p_tenant int, p_instance uuid, p_entity jsonb) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_given boolean := coalesce(jsonb_typeof(p_entity), 'null') <> 'null';
  v_found uuid;
  v_bad   text;
begin
  if (p_instance is not null) = v_given or v_given and (jsonb_typeof(p_entity) <> 'object'
    or jsonb_typeof(p_entity -> 'machine') is distinct from 'string' or jsonb_typeof(p_entity -> 'id') is distinct from 'string'
    or coalesce(jsonb_typeof(p_entity -> 'table'), 'null') not in ('string', 'null')
    or exists (select from jsonb_object_keys(p_entity) k where k not in ('machine', 'id', 'table'))) then
    perform millrace.fail('MR001', 'An instance is named by its id, or by entity: {machine, id, table}: one of the two.',
      'Give the id of the instance, or the option entity with texts; table may be left out.', json_build_object('entity', p_entity));
  end if;
  if p_instance is not null then
    v_found := (select e.id from millrace.entities e where e.id = p_instance and e.tenant_id = p_tenant);
  else
    v_found := (
      select x.id
      from (select p_entity ->> 'table' as name where p_entity ->> 'table' is not null
            union select coalesce(w.definition ->> 'table', w.name) from millrace.workflows w
            where p_entity ->> 'table' is null and w.tenant_id = p_tenant and w.name = p_entity ->> 'machine'
              and w.definition ->> 'kind' = 'machine') t
      cross join lateral (
        select e.id, e.completed_at from millrace.entities e
        where e.tenant_id = p_tenant and e.entity_table = t.name and e.entity_id = p_entity ->> 'id'
          and e.machine = p_entity ->> 'machine'
        order by e.completed_at is not null, e.id desc limit 1) x
      order by x.completed_at is not null, x.id desc limit 1);
  end if;
  if v_found is null then
    v_bad := case when v_given then millrace.unknown_machine(p_tenant, p_entity ->> 'machine') end;
    perform millrace.fail('MR043', coalesce('There is no instance ' || p_instance || '.', v_bad,
        format('"%s"%s is not in the machine "%s".', left(p_entity ->> 'id', 200), ' of "' || left(p_entity ->> 'table', 200) || '"',
          left(p_entity ->> 'machine', 200))),
      case when v_bad is not null then 'Check the name; get_machines, "millrace workflows list", shows what there is.'
        else format('Check %s; get_entities, "millrace entities list", shows what there is.',
          case when v_given then 'machine and id, and name the table if it is not the machine''s' else 'the id' end) end,
      json_strip_nulls(json_build_object('instance_id', p_instance, 'entity', p_entity)));
  end if;
  return v_found;
end $$;

comment on function millrace.find_entity(int, uuid, jsonb) is 'Which instance is meant, by its id or its entity.';
revoke execute on function millrace.find_entity(int, uuid, jsonb) from public;
