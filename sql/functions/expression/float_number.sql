-- float_number: a cell that is a number, as a float.
-- Raises: MR030 for an integer that is beyond what floats hold.
create or replace function millrace.float_number(p_cell jsonb) returns float8
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_float float8 := case p_cell ->> 0 when 'f' then (p_cell ->> 1)::float8 when 'b' then (p_cell ->> 1)::boolean::int
                                      else millrace.read_float(p_cell ->> 1) end;
begin
  if p_cell ->> 0 = 'i' and abs(v_float) = 'infinity' then
    perform millrace.expression_problem('An integer is too large to become a float.');
  end if;
  return v_float;
end $$;

comment on function millrace.float_number(jsonb) is 'A cell that is a number, as a float.';
revoke execute on function millrace.float_number(jsonb) from public;
