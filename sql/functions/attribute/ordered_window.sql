-- ordered_window: the next runs in the order of an attribute, at most p_size, from a place on: upwards, or downwards.
--   p_ranges  attribute_ranges of that attribute    p_few  only these runs; null: all    p_key, p_run  the place, not included
create or replace function millrace.ordered_window(p_ranges jsonb, p_few bigint[], p_key text, p_run bigint, p_up boolean, p_size int)
returns table (run_id bigint, key text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  if p_few is not null then
    return query
    select x.run_id, x.key
    from (select a.run_id, a.key, row_number() over (order by a.key, a.run_id) as nth
          from unnest(p_few) f (id) cross join jsonb_to_recordset(p_ranges) c (attribute int, lo text, hi text)
          -- each is looked up by itself, also where the keys seem to be narrow
          cross join lateral (select n.* from millrace.run_attributes n where n.run_id = f.id and n.attribute = c.attribute offset 0) a
          where a.key >= c.lo and a.key < c.hi
            and case when p_up then (a.key, a.run_id) > (p_key, p_run) else (a.key, a.run_id) < (p_key, p_run) end) x
    order by case when p_up then x.nth else -x.nth end limit p_size;
  elsif p_up then
    return query
    select x.run_id, x.key from jsonb_to_recordset(p_ranges) c (attribute int, lo text, hi text)
    cross join lateral (select a.run_id, a.key from millrace.run_attributes a
                        where a.attribute = c.attribute and a.key >= c.lo and a.key < c.hi and (a.key, a.run_id) > (p_key, p_run)
                        order by a.key, a.run_id limit p_size) x
    order by x.key, x.run_id limit p_size;
  else
    return query
    select x.run_id, x.key from jsonb_to_recordset(p_ranges) c (attribute int, lo text, hi text)
    cross join lateral (select a.run_id, a.key from millrace.run_attributes a
                        where a.attribute = c.attribute and a.key >= c.lo and a.key < c.hi and (a.key, a.run_id) < (p_key, p_run)
                        order by a.key desc, a.run_id desc limit p_size) x
    order by x.key desc, x.run_id desc limit p_size;
  end if;
end $$;

comment on function millrace.ordered_window(jsonb, bigint[], text, bigint, boolean, int) is 'The next runs in the order of an attribute.';
revoke execute on function millrace.ordered_window(jsonb, bigint[], text, bigint, boolean, int) from public;
