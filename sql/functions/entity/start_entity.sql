-- start_entity: puts an entity into the initial state of a machine, in the caller's transaction.
--   options  tenant, entity_table (default: that of the machine's document, else its name), version, metadata (of the entity), by,
--            claimed_by, roles (actions read them), notes, context, request (the same again is the same start; with another context,
--            metadata or version it is refused), if_exists (fail, return: the live one that is there)
-- Returns: {instance_id, state, started}. Raises: MR001, MR002, MR010, MR016, MR018 if a live one is there, MR040. Locks: as
-- start_entities.
-- Example: select millrace.start_entity('orders', '17', '{"entity_table": "orders", "by": "ada"}');
create or replace function millrace.start_entity(machine text, entity_id text, options jsonb default '{}') returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('start_entity', options,
    '{"entity_table": "text", "version": "text", "metadata": "any", "by": "actor", "claimed_by": "text", "roles": "texts", "notes": "text",
      "context": "any", "request": "text", "if_exists": "text"}');
  v_made record;
begin
  select * into v_made from millrace.start_entities(v_tenant, array[machine], array[options ->> 'version'],
    array[options ->> 'entity_table'], array[entity_id], array[options ->> 'by'], array[options::text]);
  if v_made.problem is not null then
    perform millrace.fail(v_made.problem ->> 'code', v_made.problem ->> 'message', v_made.problem ->> 'hint', v_made.problem -> 'details');
  end if;
  return jsonb_build_object('instance_id', v_made.instance_id, 'state', v_made.state, 'started', v_made.started);
end $$;

comment on function millrace.start_entity(text, text, jsonb) is 'Puts an entity into the initial state of a machine.';
revoke execute on function millrace.start_entity(text, text, jsonb) from public;
