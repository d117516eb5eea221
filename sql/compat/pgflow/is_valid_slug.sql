-- is_valid_slug: whether a text may name a flow or a step.
create or replace function pgflow.is_valid_slug(slug text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(slug ~ '^[a-zA-Z_][a-zA-Z0-9_]{0,127}$' and slug <> 'run', false)
$$;

comment on function pgflow.is_valid_slug(text) is 'Whether a text may name a flow or a step.';
revoke execute on function pgflow.is_valid_slug(text) from public;
