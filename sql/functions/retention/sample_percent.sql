-- sample_percent: the part of a table that is to be read to see about 20,000 of its rows; 100 for a small one, or one that was never
-- analysed.
create or replace function millrace.sample_percent(p_table text) returns real
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(max(least(100, greatest(0.001, 2000000 / c.reltuples))), 100)::real
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'millrace' and c.relname = p_table and c.reltuples > 0
$$;

comment on function millrace.sample_percent(text) is 'The part of a table that is to be read to see about 20,000 of its rows.';
revoke execute on function millrace.sample_percent(text) from public;
