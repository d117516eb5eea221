-- prune_deliveries: deletes deliveries of a webhook whose time is over, 500 at a time, and what was counted then; those that are still to
-- be sent stay. Of a webhook that is gone all, and in the end its row. Whoever calls holds its row.
-- Returns: when there is more to do; null: nothing, the webhook is gone. Locks: the rows that it deletes.
create or replace function millrace.prune_deliveries(p_hook millrace.webhooks, p_now timestamptz) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_gone  boolean := p_hook.deleted_at is not null;
  v_until timestamptz := p_now - p_hook.keep_ms * interval '1 ms';
  v_ids   bigint[];
begin
  v_ids := array(select d.id from millrace.webhook_deliveries d
                 where d.webhook_id = p_hook.id order by d.webhook_id, d.id limit 500);
  v_ids := array(select d.id from millrace.webhook_deliveries d
                 where d.id = any (v_ids) and (v_gone or (d.at < v_until and d.next_at is null)) order by d.id for update skip locked);
  delete from millrace.webhook_deliveries d where d.id = any (v_ids);
  delete from millrace.webhook_counts c where c.webhook_id = p_hook.id and (v_gone or c.hour < v_until - interval '1 hour');
  if cardinality(v_ids) = 500 then
    return p_now;
  elsif v_gone and not exists (select from millrace.webhook_deliveries d
                               where d.webhook_id = p_hook.id order by d.webhook_id, d.id limit 1) then
    delete from millrace.webhooks d where d.id = p_hook.id;
    return null;
  end if;
  return p_now + case when v_gone then interval '1 s' else interval '1 hour' end;
end $$;

comment on function millrace.prune_deliveries(millrace.webhooks, timestamptz) is 'Deletes deliveries of a webhook whose time is over.';
revoke execute on function millrace.prune_deliveries(millrace.webhooks, timestamptz) from public;
