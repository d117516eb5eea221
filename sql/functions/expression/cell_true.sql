-- cell_true: whether a cell counts as true: none, false, zero and what is empty do not.
-- Raises: MR030 for what is not there.
create or replace function millrace.cell_true(p_cell jsonb) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case p_cell ->> 0
    when 'b' then return p_cell -> 1 = 'true';
    when 'n' then return false;
    when 'i' then return p_cell -> 1 <> '0';
    when 's' then return p_cell ->> 1 <> '';
    when 'f' then return (p_cell ->> 1)::float8 <> 0;
    when 'd' then return p_cell -> 1 <> '{}';
    when 'u' then perform millrace.known_cell(p_cell);
    else return p_cell -> 1 <> '[]';
  end case;
  return null;
end $$;

comment on function millrace.cell_true(jsonb) is 'Whether a cell counts as true.';
revoke execute on function millrace.cell_true(jsonb) from public;
