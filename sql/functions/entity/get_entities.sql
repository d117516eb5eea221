-- get_entities: instances of machines as JSON, the newest first.
--   options  tenant, machine, version, entity_table, entity_id, state, status (live, completed), updated_after, limit (20, at most 101),
--            after (an instance's id: older ones follow), before (newer ones precede)
-- Under a rare filter a page may be short, or a single row without an instance, as only so many are looked at (find_entities): go on
-- from its last_seen, until that is null.
-- Returns: entity; last_seen. Raises: MR001.
-- Example: select entity ->> 'entity_id' from millrace.get_entities('{"machine": "order", "state": "paid"}');
create or replace function millrace.get_entities(options jsonb default '{}') returns table (entity json, last_seen text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_tenant int := millrace.check_options('get_entities', options,
    '{"machine": "text", "version": "text", "entity_table": "text", "entity_id": "text", "state": "text", "status": "text",
      "updated_after": "time", "limit": "whole", "after": "uuid", "before": "uuid"}');
begin
  if coalesce(options ->> 'status', 'live') not in ('live', 'completed') then
    perform millrace.fail('MR001', format('"%s" is no status of an instance.', left(options ->> 'status', 100)),
      'There are live and completed.', json_build_object('status', left(options ->> 'status', 100)));
  end if;
  perform millrace.check_state(v_tenant, options ->> 'machine', options ->> 'state');
  return query select x.entity, x.last_seen from millrace.list_entities(v_tenant, options) x;
end $$;

comment on function millrace.get_entities(jsonb) is 'Instances of machines as JSON, newest first, with filters and a cursor.';
revoke execute on function millrace.get_entities(jsonb) from public;
