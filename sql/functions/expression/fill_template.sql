-- fill_template: a value whose texts may hold {{ expressions }}, at any depth, with the values of these: a text that is nothing but one
-- becomes its value, mixed text becomes text. Keys, and texts without {{, stay as they are.
--   p_scope  what they may read, by name
-- Raises: MR030 for an expression that cannot be read, or has no value, and for more work than 200,000 units in all. Example:
--   select millrace.fill_template('{"order": "{{ entity.id }}"}', '{"entity": {"id": "17"}}');
create or replace function millrace.fill_template(p_value jsonb, p_scope jsonb) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
begin
  return (select f.value from millrace.fill_value(p_value, p_scope, 200000) f);
end $$;

comment on function millrace.fill_template(jsonb, jsonb) is 'A value whose texts hold {{ expressions }}, with the values of these.';
revoke execute on function millrace.fill_template(jsonb, jsonb) from public;
