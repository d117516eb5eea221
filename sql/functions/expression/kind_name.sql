-- kind_name: a cell as messages name it.
create or replace function millrace.kind_name(p_cell jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select ('{"n": "none", "b": "a boolean", "i": "an integer", "f": "a float", "s": "a text", "l": "a list", "m": "a list",
            "d": "a mapping", "u": "undefined"}'::jsonb) ->> (p_cell ->> 0)
$$;

comment on function millrace.kind_name(jsonb) is 'A cell as messages name it.';
revoke execute on function millrace.kind_name(jsonb) from public;
