-- open_feed: has the feed of a tenant written, for an hour from now: whoever reads it says so again and again. Nothing is written where
-- nobody does.
--   p_follower  the channel of a process that wants hints, for the next 30 s; null: none
--   p_reader    a reader whose place is kept here (note_feed): the feed is written as long as there is one (close_feed), and kept for it
-- Returns: the place after which to read: that of the reader, else where the feed is now. Raises: MR001 for a follower of another form.
-- Locks: the row of the feed, then that of follows which has it written.
create or replace function millrace.open_feed(p_tenant int, p_follower text default null, p_reader text default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_last bigint := (select s.last_value from millrace.feed_numbers s);  -- before anything of it can be written
  v_place bigint;
  v_until timestamptz;
begin
  if p_follower is not null and p_follower !~ '^[0-9a-f]{32}$' then
    perform millrace.fail('MR001', 'The name of a follower must be 32 hexadecimal digits.', 'Draw 16 random bytes.');
  end if;
  insert into millrace.feeds (tenant_id, since, final) values (p_tenant, v_last, v_last) on conflict do nothing;
  perform from millrace.feeds f where f.tenant_id = p_tenant for update;
  select f.expires_at into v_until from millrace.follows f
  where f.run_id = 0 and f.tenant_id = p_tenant and f.follower = '' for update;
  if not found then  -- nothing was written until now
    insert into millrace.follows (run_id, tenant_id, follower, expires_at) values (0, p_tenant, '', v_now + interval '1 hour');
    update millrace.feeds f set since = v_last, final = v_last, mark = null, mark_xid = null where f.tenant_id = p_tenant;
  elsif v_until < v_now + interval '59 minutes' then
    v_until := v_now + interval '1 hour';
    update millrace.follows f set expires_at = v_until where f.run_id = 0 and f.tenant_id = p_tenant and f.follower = '';
  end if;
  if p_follower is not null then
    v_until := v_now + interval '30 s';
    insert into millrace.follows (run_id, tenant_id, follower, expires_at) values (0, p_tenant, p_follower, v_until)
    on conflict on constraint follows_pkey do update set expires_at = excluded.expires_at;
  end if;
  select f.final into v_place from millrace.feeds f where f.tenant_id = p_tenant;
  if p_reader is not null then
    insert into millrace.feed_readers (tenant_id, name, position) values (p_tenant, p_reader, v_place) on conflict do nothing;
    select r.position into v_place from millrace.feed_readers r where r.tenant_id = p_tenant and r.name = p_reader;
  end if;
  return v_place;
end $$;

comment on function millrace.open_feed(int, text, text) is 'Has the feed of a tenant written for an hour, and says where it is.';
revoke execute on function millrace.open_feed(int, text, text) from public;
