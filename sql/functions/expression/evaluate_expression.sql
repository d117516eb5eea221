-- evaluate_expression: the value of an expression that parse_expression has read, over a scope: by the rules of docs/expressions.md.
-- What is not there is an error as soon as it is used.
--   p_scope  what it may read, by name
-- Raises: MR030 with a sentence that says what is wrong; its details name the path of what is not there.
-- Example: select millrace.evaluate_expression(millrace.parse_expression('metadata.n > 1'), '{"metadata": {"n": 2}}');
create or replace function millrace.evaluate_expression(p_tree jsonb, p_scope jsonb) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
declare
  v_value jsonb := millrace.cell_result((select r.cell from millrace.run_expression(p_tree, p_scope) r));
begin
  if pg_column_size(v_value) > 1048576 and octet_length(v_value::text) > 1048576 then
    perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
  end if;
  return v_value;
end $$;

comment on function millrace.evaluate_expression(jsonb, jsonb) is 'The value of an expression over a scope.';
revoke execute on function millrace.evaluate_expression(jsonb, jsonb) from public;
