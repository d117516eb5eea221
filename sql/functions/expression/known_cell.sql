-- known_cell: a cell that is to be used: what is not there is an error now.
-- Raises: MR030.
create or replace function millrace.known_cell(p_cell jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if p_cell ->> 0 = 'u' then
    perform millrace.expression_problem(p_cell ->> 1, p_cell ->> 2);
  end if;
  return p_cell;
end $$;

comment on function millrace.known_cell(jsonb) is 'A cell that is to be used: what is not there is an error.';
revoke execute on function millrace.known_cell(jsonb) from public;
