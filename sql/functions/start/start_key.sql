-- start_key: what starts with the same values at the paths of a rule have in common: a hash of {path: value}. Numbers that are equal
-- are the same, however they are written.
create or replace function millrace.start_key(p_values jsonb) returns bytea
language sql immutable strict parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  select sha256(convert_to(coalesce(string_agg(
    format('%s: %s', to_json(e.key),
           case jsonb_typeof(e.value) when 'number' then trim_scale((e.value #>> '{}')::numeric)::text else e.value::text end),
    ', ' order by e.key collate "C"), ''), 'UTF8'))
  from jsonb_each(p_values) e
$$;

comment on function millrace.start_key(jsonb) is 'A hash of the values at the paths of a rule.';
revoke execute on function millrace.start_key(jsonb) from public;
