-- attribute_runs: the runs within some ranges of one attribute (attribute_ranges), if they are at most so many; else null.
create or replace function millrace.attribute_runs(p_ranges jsonb, p_most int) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_runs bigint[];
begin
  v_runs := array(
    select x.run_id from jsonb_to_recordset(p_ranges) c (attribute int, lo text, hi text)
    cross join lateral (select a.run_id from millrace.run_attributes a
                        where a.attribute = c.attribute and a.key >= c.lo and a.key < c.hi order by a.key, a.run_id limit p_most + 1) x
    limit p_most + 1);
  return case when cardinality(v_runs) <= p_most then v_runs end;
end $$;

comment on function millrace.attribute_runs(jsonb, int) is 'The runs within some ranges of one attribute, if they are at most so many.';
revoke execute on function millrace.attribute_runs(jsonb, int) from public;
