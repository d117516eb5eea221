-- metric_webhooks: what webhooks of a tenant got and sent since a time: of the newest 10,000 deliveries of the log, and of those that
-- started nothing what was counted, hour by hour, as not all of these are in the log.
-- Returns: accepted, rejected, errors, duplicates (came in; the last three from the begin of the hour on), pending, delivered, failed
-- (went out), complete: the log had no more of that time than were looked at.
create or replace function millrace.metric_webhooks(p_tenant int, p_since timestamptz) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select jsonb_build_object(
    'accepted', n.accepted, 'rejected', h.rejected, 'errors', h.errors, 'duplicates', h.duplicates,
    'pending', n.pending, 'delivered', n.delivered, 'failed', n.failed, 'complete', n.complete)
  from (
    select count(*) filter (where d.at >= p_since and d.status = 'a') as accepted,
           count(*) filter (where d.at >= p_since and d.status = 'p') as pending,
           count(*) filter (where d.at >= p_since and d.status = 's') as delivered,
           count(*) filter (where d.at >= p_since and d.status = 'f') as failed,
           count(*) < 10000 or coalesce(bool_or(d.at < p_since), false) as complete
    from (select x.at, x.status from millrace.webhook_deliveries x where x.tenant_id = p_tenant
          order by x.tenant_id desc, x.id desc limit 10000) d) n,
  (select coalesce(sum(c.rejected), 0) as rejected, coalesce(sum(c.errors), 0) as errors, coalesce(sum(c.duplicates), 0) as duplicates
   from millrace.webhooks w join millrace.webhook_counts c on c.webhook_id = w.id
   where w.tenant_id = p_tenant and c.hour >= date_trunc('hour', p_since)) h
$$;

comment on function millrace.metric_webhooks(int, timestamptz) is 'What webhooks of a tenant got and sent since a time, as JSON.';
revoke execute on function millrace.metric_webhooks(int, timestamptz) from public;
