-- prune_feed: takes out of the feed of a tenant what is older than an hour and behind all readers whose place is kept, and what is beyond
-- a million rows; at most 5,000 rows. A feed that nobody reads any more goes with its last row.
-- Returns: how many. Locks: the row of the feed, skipping it where somebody has it.
create or replace function millrace.prune_feed(p_tenant int, p_keep_ms bigint default 3600000, p_most int default 1000000) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_before timestamptz := millrace.clock() - p_keep_ms * interval '1 ms';
  v_slow   bigint;
  v_beyond bigint;
  v_rows   bigint[];
  v_final  bigint;
  v_off    boolean;   -- nobody has it written any more
begin
  select f.final into v_final from millrace.feeds f where f.tenant_id = p_tenant for update skip locked;
  if not found then
    return 0;
  end if;
  select min(r.position) into v_slow from millrace.feed_readers r where r.tenant_id = p_tenant;
  select e.id into v_beyond from millrace.feed e where e.tenant_id = p_tenant order by e.id desc offset p_most limit 1;
  v_off := not exists (select from millrace.follows f where f.run_id = 0 and f.tenant_id = p_tenant);
  -- up to the first that stays; and not where rows of open transactions may still appear
  v_rows := array(
    select y.id
    from (select x.id, bool_and(v_off or x.id <= v_final and (
                   x.id <= v_beyond or x.at < v_before and (v_slow is null or x.id <= v_slow))) over (order by x.id) as goes
          from (select e.id, e.at from millrace.feed e where e.tenant_id = p_tenant order by e.id limit 5000) x) y
    where y.goes order by y.id);
  delete from millrace.feed e where e.tenant_id = p_tenant and e.id = any (v_rows);
  if cardinality(v_rows) > 0 then
    update millrace.feeds f set since = greatest(f.since, v_rows[cardinality(v_rows)]) where f.tenant_id = p_tenant;
  elsif v_off then
    delete from millrace.feeds f where f.tenant_id = p_tenant;
  end if;
  return cardinality(v_rows);
end $$;

comment on function millrace.prune_feed(int, bigint, int) is 'Takes out of the feed of a tenant what nobody reads any more.';
revoke execute on function millrace.prune_feed(int, bigint, int) from public;
