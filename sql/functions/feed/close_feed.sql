-- close_feed: there is no such reader any more; the feed is not kept for it.
create or replace function millrace.close_feed(p_tenant int, p_reader text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from millrace.feed_readers r where r.tenant_id = p_tenant and r.name = p_reader
$$;

comment on function millrace.close_feed(int, text) is 'Ends a reader of a feed whose place is kept.';
revoke execute on function millrace.close_feed(int, text) from public;
