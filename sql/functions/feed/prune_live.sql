-- prune_live: takes away what is over of all that is told: who does not follow any more, chunks after a minute, what feeds hold no longer,
-- lines of logs that are older than p_log_ms (30 days). Any worker calls it now and then; some at a time.
-- Returns: whether there is more. Locks: rows of follows, and those of feeds, skipping locked ones.
create or replace function millrace.prune_live(p_log_ms bigint default 2592000000) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_rows tid[];
  v_ids  bigint[];
  v_feed int;
  v_most int := 0;
begin
  -- readers do this; for one that is away somebody else must. In its own transaction a mark can be set for one feed only
  perform millrace.settle_feed(x.tenant_id) from (select f.tenant_id from millrace.feeds f order by random() limit 1) x;
  v_rows := array(select f.ctid from millrace.follows f where f.expires_at <= v_now
                    and (f.follower <> '' or not exists (select from millrace.feed_readers r where r.tenant_id = f.tenant_id))
                  order by f.expires_at limit 1000 for update skip locked);
  delete from millrace.follows f where f.ctid = any (v_rows);
  v_ids := array(select x.id from (select c.id, c.at from millrace.chunks c order by c.id limit 1000) x
                 where x.at < v_now - interval '1 minute');
  delete from millrace.chunks c where c.id = any (v_ids);
  v_most := greatest(cardinality(v_rows), cardinality(v_ids));
  for v_feed in select f.tenant_id from millrace.feeds f order by f.tenant_id loop
    v_most := greatest(v_most, millrace.prune_feed(v_feed) / 5);
  end loop;
  return v_most >= 1000 or millrace.prune_logs(p_log_ms) >= 5000;
end $$;

comment on function millrace.prune_live(bigint) is 'Takes away what is over of followers, chunks, feeds and logs.';
revoke execute on function millrace.prune_live(bigint) from public;
