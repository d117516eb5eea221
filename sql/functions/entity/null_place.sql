-- null_place: where a row stands whose value to be ordered by is null: before the others (-1) or behind them (1); 0 for one that has it.
--   p_order  {path, desc, first}, or null. Without first it is as Postgres does: behind, and before where it is descending.
create or replace function millrace.null_place(p_row jsonb, p_order jsonb) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_order is null or p_row #>> array(select jsonb_array_elements_text(p_order -> 'path')) is not null then 0
              when coalesce(nullif(p_order -> 'first', 'null'), p_order -> 'desc') = 'true' then -1 else 1 end
$$;

comment on function millrace.null_place(jsonb, jsonb) is 'Where a row stands whose value to be ordered by is null.';
revoke execute on function millrace.null_place(jsonb, jsonb) from public;
