-- test_cell: whether a test holds of a cell.
create or replace function millrace.test_cell(p_name text, p_cell jsonb) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case p_name when 'defined' then k <> 'u' when 'undefined' then k = 'u' when 'none' then k = 'n' when 'boolean' then k = 'b'
    when 'true' then p_cell = '["b", true]' when 'false' then p_cell = '["b", false]' when 'string' then k = 's' when 'integer' then k = 'i'
    when 'float' then k = 'f' when 'number' then k in ('b', 'i', 'f') when 'mapping' then k = 'd'
    when 'sequence' then k in ('s', 'l', 'm', 'd') end
  from (select p_cell ->> 0 as k) x
$$;

comment on function millrace.test_cell(text, jsonb) is 'Whether a test holds of a cell.';
revoke execute on function millrace.test_cell(text, jsonb) from public;
