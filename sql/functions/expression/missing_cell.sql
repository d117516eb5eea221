-- missing_cell: what an expression reads and is not there, as a cell that says so.
--   p_path, p_base  as the expression writes them    p_of  what it was read of
create or replace function millrace.missing_cell(p_path text, p_base text, p_of jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_array('u', format('%s is not there; %s %s.', left(p_path, 80), left(p_base, 80), case p_of ->> 0
    when 'd' then case p_of -> 1 when '{}' then 'is an empty mapping' else 'has: ' || (
      select string_agg(left(k.key, 40), ', ' order by k.n) filter (where k.n <= 10)
             || case when count(*) > 10 then format(' and %s more', count(*) - 10) else '' end
      from jsonb_object_keys(p_of -> 1) with ordinality k (key, n)) end
    when 'l' then format('has %s items', jsonb_array_length(p_of -> 1))
    when 'm' then format('has %s items', jsonb_array_length(p_of -> 1))
    else 'is ' || millrace.kind_name(p_of) end), left(p_path, 200))
$$;

comment on function millrace.missing_cell(text, text, jsonb) is 'What an expression reads and is not there, as a cell.';
revoke execute on function millrace.missing_cell(text, text, jsonb) from public;
