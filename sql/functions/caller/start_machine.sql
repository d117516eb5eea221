-- start_machine: puts an entity into a machine for a caller of the schema api. Who starts it is the token's sub.
--   p_machine  its id (machine_of_id) or its name
--   p_options  of caller_options: version, claimed_by, notes, context, request, if_exists, with the tenant and by
-- Returns: the id of the instance. Raises: as start_entity.
create or replace function millrace.start_machine(p_machine text, p_table text, p_entity text, p_metadata jsonb, p_options jsonb)
returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_machine record;
begin
  v_machine := millrace.machine_of_id(millrace.tenant_id(p_options ->> 'tenant'), p_machine);
  if v_machine.version is not null and p_options ->> 'version' <> v_machine.version then
    perform millrace.fail('MR001', format('The id is that of version "%s".', v_machine.version),
      'Leave the version out, or give the name.');
  end if;
  return millrace.start_entity(v_machine.name, coalesce(p_entity, ''), p_options
    || case when v_machine.version is null then '{}' else jsonb_build_object('version', v_machine.version) end
    || jsonb_build_object('entity_table', coalesce(p_table, ''), 'metadata', coalesce(nullif(p_metadata, 'null'), '{}')))
    ->> 'instance_id';
end $$;

comment on function millrace.start_machine(text, text, text, jsonb, jsonb) is 'Starts a machine for a caller of the schema api.';
revoke execute on function millrace.start_machine(text, text, text, jsonb, jsonb) from public;
