-- filter_cost: the fuel that a filter takes for a cell (run_expression).
create or replace function millrace.filter_cost(p_name text, p_cell jsonb) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_cell ->> 0 = 's' and p_name = 'join' then 5 * length(p_cell ->> 1)
    when p_cell ->> 0 in ('l', 'm', 'd') and p_name in ('join', 'string', 'lower', 'upper', 'trim') then pg_column_size(p_cell)
    else pg_column_size(p_cell) / 16 end
$$;

comment on function millrace.filter_cost(text, jsonb) is 'The fuel that a filter takes for a cell.';
revoke execute on function millrace.filter_cost(text, jsonb) from public;
