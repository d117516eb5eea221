-- sort_key: by what a row is ordered, where its direction is that of p_desc; null where it is not, or there is nothing to order by.
--   p_order  {path, kind, desc}, or null
create or replace function millrace.sort_key(p_row jsonb, p_order jsonb, p_desc boolean) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when (p_order -> 'desc' = 'true') is distinct from p_desc then null
    when p_order ->> 'kind' = 'time' then to_jsonb(extract(epoch from (p_row #>> p.path)::timestamptz))
    when p_order ->> 'kind' = 'text' then to_jsonb(p_row #>> p.path) else nullif(p_row #> p.path, 'null') end
  from (select array(select jsonb_array_elements_text(p_order -> 'path')) as path) p where p_order is not null
$$;

comment on function millrace.sort_key(jsonb, jsonb, boolean) is 'By what a row is ordered, for one direction.';
revoke execute on function millrace.sort_key(jsonb, jsonb, boolean) from public;
