-- begin_posts: deliveries that were told in transactions which have been committed since (post_delivery) are due from now on, and so are
-- their webhooks. Of a webhook that is gone they go as well.
-- Locks: rows of webhooks, skipping locked ones; then their deliveries.
create or replace function millrace.begin_posts(p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_told  bigint[];
  v_hooks bigint[];
begin
  v_told := array(select d.id from millrace.webhook_deliveries d where d.status = 'p' and d.next_at is null order by d.id limit 1000);
  if v_told = '{}' then
    return;
  end if;
  v_hooks := array(select w.id from millrace.webhooks w
                   where w.id in (select d.webhook_id from millrace.webhook_deliveries d where d.id = any (v_told))
                   order by w.id for update skip locked);
  update millrace.webhook_deliveries d set next_at = p_now
  where d.id in (select x.id from millrace.webhook_deliveries x where x.id = any (v_told) and x.webhook_id = any (v_hooks)
                   and x.status = 'p' and x.next_at is null order by x.id for update);
  update millrace.webhooks w set due_at = p_now where w.id = any (v_hooks) and w.due_at > p_now and w.failures <= 2;
  delete from millrace.webhook_deliveries d
  where d.id in (select x.id from millrace.webhook_deliveries x where x.id = any (v_told)
                   and not exists (select from millrace.webhooks w where w.id = x.webhook_id) order by x.id for update skip locked);
end $$;

comment on function millrace.begin_posts(timestamptz) is 'Deliveries that were told in transactions that have been committed are due.';
revoke execute on function millrace.begin_posts(timestamptz) from public;
