-- row_passes: whether a row fulfils all conditions, as PostgREST understands them: what is null fulfils none but is null.
--   p_filters  [{path, kind (text, number, time, json), op (eq, neq, gt, gte, lt, lte, like, ilike, in, is), value, not}]
create or replace function millrace.row_passes(p_row jsonb, p_filters jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select not exists (
    select from jsonb_array_elements(p_filters) f (one)
    cross join lateral (select array(select jsonb_array_elements_text(f.one -> 'path')) as path) p
    cross join lateral (select f.one ->> 'op' as op, f.one ->> 'kind' as kind, f.one ->> 'value' as value,
                               nullif(p_row #> p.path, 'null') as json, p_row #>> p.path as text) v
    cross join lateral (select case when v.op not in ('eq', 'neq', 'gt', 'gte', 'lt', 'lte') or v.json is null then null
      when v.kind = 'number' then sign(v.text::numeric - v.value::numeric)::int
      when v.kind = 'time' then sign(extract(epoch from v.text::timestamptz - v.value::timestamptz))::int
      when v.kind = 'json' then case when v.json = v.value::jsonb then 0 when v.json < v.value::jsonb then -1 else 1 end
      else case when v.text = v.value then 0 when v.text < v.value then -1 else 1 end end as order) c
    cross join lateral (select case v.op
      when 'eq' then c.order = 0 when 'neq' then c.order <> 0 when 'gt' then c.order > 0 when 'gte' then c.order >= 0
      when 'lt' then c.order < 0 when 'lte' then c.order <= 0 when 'like' then v.text like v.value when 'ilike' then v.text ilike v.value
      when 'in' then case when v.json is not null then f.one -> 'value' ? v.text end
      when 'is' then case v.value when 'null' then v.json is null when 'not_null' then v.json is not null
                                  else coalesce(v.text = v.value, false) end end as holds) h
    where not coalesce(case when f.one -> 'not' = 'true' then not h.holds else h.holds end, false))
$$;

comment on function millrace.row_passes(jsonb, jsonb) is 'Whether a row fulfils all conditions, as PostgREST understands them.';
revoke execute on function millrace.row_passes(jsonb, jsonb) from public;
