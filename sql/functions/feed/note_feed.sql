-- note_feed: a reader whose place is kept here has dealt with what comes up to it; it does not go back.
create or replace function millrace.note_feed(p_tenant int, p_reader text, p_position bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update millrace.feed_readers r set position = p_position
  where r.tenant_id = p_tenant and r.name = p_reader and r.position < p_position
$$;

comment on function millrace.note_feed(int, text, bigint) is 'Notes how far a reader of a feed is.';
revoke execute on function millrace.note_feed(int, text, bigint) from public;
