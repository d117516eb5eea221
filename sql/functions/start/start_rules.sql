-- start_rules: the rules that some starts follow, by their metas: a row for each rule of each start.
--   p_skip  starts that are decided already; null: none
create or replace function millrace.start_rules(p_ids bigint[], p_metas text[], p_skip bigint[])
returns table (nth bigint, id bigint, workflow text, rule text, key bytea, body jsonb)
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select u.i, u.id, m.meta ->> 'workflow', e.key, millrace.start_key(e.value -> 'key'), e.value
  from unnest(p_ids, p_metas) with ordinality u (id, meta, i),
  lateral (select u.meta::jsonb as meta offset 0) m, lateral jsonb_each(m.meta -> 'rules') e (key, value)
  where u.meta like '%"rules"%' and (p_skip is null or u.id <> all (p_skip))
$$;

comment on function millrace.start_rules(bigint[], text[], bigint[]) is 'The rules that some starts follow, by their metas.';
revoke execute on function millrace.start_rules(bigint[], text[], bigint[]) from public;
