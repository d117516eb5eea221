-- is_true: whether a value counts as true in an expression: null, false, 0 and what is empty do not.
create or replace function millrace.is_true(p_value jsonb) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(case jsonb_typeof(p_value) when 'boolean' then p_value = 'true' when 'number' then (p_value #>> '{}')::numeric <> 0
    when 'string' then p_value <> '""' when 'array' then p_value <> '[]' when 'object' then p_value <> '{}' end, false)
$$;

comment on function millrace.is_true(jsonb) is 'Whether a value counts as true in an expression.';
revoke execute on function millrace.is_true(jsonb) from public;
