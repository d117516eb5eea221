-- cells_compare: whether two cells compare so: ==, !=, <, <=, >, >=, in, not in.
-- Raises: MR030 for what cannot be compared so, or is not there.
create or replace function millrace.cells_compare(p_op text, a jsonb, b jsonb) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case p_op
    when '==' then return millrace.cells_equal(a, b);
    when '!=' then return not millrace.cells_equal(a, b);
    when '<' then return millrace.cell_less(a, b);
    when '>' then return millrace.cell_less(b, a);
    when '<=' then return millrace.cell_less(a, b) or millrace.cells_equal(a, b);
    when '>=' then return millrace.cell_less(b, a) or millrace.cells_equal(a, b);
    when 'in' then return millrace.cell_within(b, a);
    else return not millrace.cell_within(b, a);
  end case;
end $$;

comment on function millrace.cells_compare(text, jsonb, jsonb) is 'Whether two cells compare so.';
revoke execute on function millrace.cells_compare(text, jsonb, jsonb) from public;
