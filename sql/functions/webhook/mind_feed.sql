-- mind_feed: the feed of a tenant is written, and kept, for its webhooks that go out; where there is none any more, it is not. From the
-- moment in which the first is put its events are told.
-- Locks: as open_feed.
create or replace function millrace.mind_feed(p_tenant int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from millrace.webhooks w where w.tenant_id = p_tenant and w.direction = 'o' and w.active) then
    perform millrace.open_feed(p_tenant, null, 'webhooks');
  else
    perform millrace.close_feed(p_tenant, 'webhooks');
  end if;
end $$;

comment on function millrace.mind_feed(int) is 'The feed of a tenant is written for its webhooks that go out.';
revoke execute on function millrace.mind_feed(int) from public;
