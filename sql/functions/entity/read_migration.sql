-- read_migration: where a migration stands, as its cursor says: look (how often it has begun at the first state), moved (whether this look
-- has moved any), state (which, from 1), after (an instance: those behind it follow). Null is the beginning. Raises: MR001.
create or replace function millrace.read_migration(p_cursor text, out look int, out moved boolean, out state int, out after uuid)
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_parts text[] := regexp_match(coalesce(p_cursor, '1.0.1.00000000-0000-0000-0000-000000000000'),
    '^([1-9][0-9]?)\.([01])\.([1-9][0-9]{0,3})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
begin
  if v_parts is null then
    perform millrace.fail('MR001', format('"%s" is no cursor of a migration.', left(p_cursor, 100)),
      'Give the cursor of the answer as it was, or none to begin.', json_build_object('cursor', left(p_cursor, 100)));
  end if;
  look := v_parts[1];
  moved := v_parts[2] = '1';
  state := v_parts[3];
  after := v_parts[4];
end $$;

comment on function millrace.read_migration(text) is 'Where a migration of instances stands.';
revoke execute on function millrace.read_migration(text) from public;
