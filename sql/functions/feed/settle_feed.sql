-- settle_feed: how far the feed of a tenant may be read: up to where nothing can come any more. Places are drawn before their transactions
-- commit, so that a row may appear behind one that was read: a reader that went on would never see it.
-- Hence a mark: the last place that is drawn, and then the id of a transaction that is drawn after that. Whoever drew one of these places
-- has an older transaction; once all before the mark's have ended (pg_snapshot_xmin), the places up to the mark are final.
-- Returns: that place; null without a feed. Locks: the row of the feed, skipping it where another reader has it.
create or replace function millrace.settle_feed(p_tenant int) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_fresh boolean := pg_current_xact_id_if_assigned() is null;
  v_last  bigint;
  v_feed  millrace.feeds;
  v_xid   xid8;
begin
  select * into v_feed from millrace.feeds f where f.tenant_id = p_tenant;
  if v_feed.tenant_id is null or not exists (
       select from millrace.feed e where e.tenant_id = p_tenant and e.id > v_feed.final order by e.id limit 1) then
    return v_feed.final;
  end if;
  select s.last_value into v_last from millrace.feed_numbers s;
  select * into v_feed from millrace.feeds f where f.tenant_id = p_tenant for update skip locked;
  if not found then
    return (select f.final from millrace.feeds f where f.tenant_id = p_tenant);
  end if;
  v_xid := pg_current_xact_id();
  for i in 1 .. 2 loop
    if v_feed.mark_xid <= pg_snapshot_xmin(pg_current_snapshot()) then
      v_feed.final := greatest(v_feed.final, v_feed.mark);
      v_feed.mark := null;
      v_feed.mark_xid := null;
    end if;
    exit when not v_fresh or v_feed.mark is not null or v_last <= v_feed.final;  -- an older transaction's id marks nothing
    v_feed.mark := v_last;
    v_feed.mark_xid := v_xid;
  end loop;
  update millrace.feeds f set final = v_feed.final, mark = v_feed.mark, mark_xid = v_feed.mark_xid
  where f.tenant_id = p_tenant and (f.final, f.mark) is distinct from (v_feed.final, v_feed.mark);
  return v_feed.final;
end $$;

comment on function millrace.settle_feed(int) is 'How far the feed of a tenant may be read.';
revoke execute on function millrace.settle_feed(int) from public;
