-- ordered_rows: rows in the order that is asked for, and where that says nothing, in their own.
--   p_order  [{path, kind, desc, first}], one to three. first says where null comes; without it it is as Postgres does: behind, and before
--            where it is descending
drop function if exists millrace.sort_key(jsonb, jsonb, boolean);
drop function if exists millrace.null_place(jsonb, jsonb);
create or replace function millrace.ordered_rows(p_rows jsonb[], p_order jsonb) returns jsonb[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off set timezone = 'UTC' as $$
  with keys as materialized (
    select array(select jsonb_array_elements_text(o.one -> 'path')) as path, o.one ->> 'kind' as kind, o.n,
           coalesce(o.one -> 'desc' = 'true', false) as down,
           case when coalesce(nullif(o.one -> 'first', 'null'), o.one -> 'desc') = 'true' then -1 else 1 end as null_at
    from jsonb_array_elements(p_order) with ordinality o (one, n))
  select coalesce(array_agg(r.r order by coalesce(a.null_at, 0), a.up, a.down desc, coalesce(b.null_at, 0), b.up, b.down desc,
                            coalesce(c.null_at, 0), c.up, c.down desc, r.i), '{}')
  from unnest(p_rows) with ordinality r (r, i)
  left join lateral (
    select case when v.key is null then k.null_at end as null_at, case when not k.down then v.key end as up,
           case when k.down then v.key end as down
    from keys k cross join lateral (select case k.kind
      when 'time' then to_jsonb(extract(epoch from (r.r #>> k.path)::timestamptz)) when 'text' then to_jsonb(r.r #>> k.path)
      else nullif(r.r #> k.path, 'null') end as key) v where k.n = 1) a on true
  left join lateral (
    select case when v.key is null then k.null_at end as null_at, case when not k.down then v.key end as up,
           case when k.down then v.key end as down
    from keys k cross join lateral (select case k.kind
      when 'time' then to_jsonb(extract(epoch from (r.r #>> k.path)::timestamptz)) when 'text' then to_jsonb(r.r #>> k.path)
      else nullif(r.r #> k.path, 'null') end as key) v where k.n = 2) b on true
  left join lateral (
    select case when v.key is null then k.null_at end as null_at, case when not k.down then v.key end as up,
           case when k.down then v.key end as down
    from keys k cross join lateral (select case k.kind
      when 'time' then to_jsonb(extract(epoch from (r.r #>> k.path)::timestamptz)) when 'text' then to_jsonb(r.r #>> k.path)
      else nullif(r.r #> k.path, 'null') end as key) v where k.n = 3) c on true
$$;

comment on function millrace.ordered_rows(jsonb[], jsonb) is 'Rows in the order that is asked for.';
revoke execute on function millrace.ordered_rows(jsonb[], jsonb) from public;
