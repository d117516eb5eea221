-- get_entity: an instance, as JSON: where it stands, since when, its metadata.
--   instance_id  null where options say which
--   options      tenant, entity ({machine, id, table}: of several instances of an entity the live one, else the last)
-- Raises: MR001, MR043 if there is none.
-- Example: select millrace.get_entity(null, '{"entity": {"machine": "order", "id": "17"}}') ->> 'state';
create or replace function millrace.get_entity(instance_id uuid, options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_tenant int := millrace.check_options('get_entity', options, '{"entity": "any"}');
begin
  return (select j.entity from millrace.entity_json(v_tenant, array[millrace.find_entity(v_tenant, instance_id, options -> 'entity')]) j);
end $$;

comment on function millrace.get_entity(uuid, jsonb) is 'An instance of a machine, as JSON.';
revoke execute on function millrace.get_entity(uuid, jsonb) from public;
