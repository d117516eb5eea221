-- order_cursor: a place in a list of runs by an attribute, as people pass it on: the key at that place and the run. It stays right
-- when the run has gone, or has another value by now.
create or replace function millrace.order_cursor(p_key text, p_run bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select encode(convert_to(p_key, 'UTF8'), 'hex') || '.' || p_run
$$;

comment on function millrace.order_cursor(text, bigint) is 'A place in a list of runs by an attribute, as people pass it on.';
revoke execute on function millrace.order_cursor(text, bigint) from public;
