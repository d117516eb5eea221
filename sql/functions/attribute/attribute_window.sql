-- attribute_window: the next ids of a list of runs by values of an attribute, at most p_size, on one side of a bound, as run_window.
--   p_points  ranges of one key each (attribute_ranges)
create or replace function millrace.attribute_window(p_points jsonb, p_bound bigint, p_newer boolean, p_size int) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if p_newer then
    return array(
      select x.run_id from jsonb_to_recordset(p_points) c (attribute int, lo text)
      cross join lateral (select a.run_id from millrace.run_attributes a
                          where a.attribute = c.attribute and a.key = c.lo and a.run_id > p_bound order by a.key, a.run_id limit p_size) x
      order by x.run_id limit p_size);
  end if;
  return array(
    select x.run_id from jsonb_to_recordset(p_points) c (attribute int, lo text)
    cross join lateral (select a.run_id from millrace.run_attributes a
                        where a.attribute = c.attribute and a.key = c.lo and a.run_id < p_bound
                        order by a.key desc, a.run_id desc limit p_size) x
    order by x.run_id desc limit p_size);
end $$;

comment on function millrace.attribute_window(jsonb, bigint, boolean, int) is 'The next ids of a list of runs by values of an attribute.';
revoke execute on function millrace.attribute_window(jsonb, bigint, boolean, int) from public;
