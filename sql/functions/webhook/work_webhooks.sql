-- work_webhooks: looks after the webhooks that are due; any worker calls it. Takes what is to be sent, for a minute: a worker that dies
-- meanwhile has sent it or not, and another sends it again, under the same id. Takes away what has been kept long enough.
-- A webhook whose last attempts failed gets one attempt at a time, so that one that is away does not cost more than one that is there.
--   p_most  deliveries at a time
-- Returns: {ms: until there is more, null: nothing; posts: [{id, webhook, attempt, tenant, url, body, secrets}]; tenants: whose feeds
-- should be looked at}. Locks: rows of webhooks, skipping locked ones; then their deliveries.
create or replace function millrace.work_webhooks(p_most int) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz := millrace.clock();
  v_hook    millrace.webhooks;
  v_ids     bigint[];
  v_posts   jsonb := '[]';
  v_tenants int[] := '{}';
  v_due     timestamptz;
begin
  for v_hook in
    select * from millrace.webhooks w where w.due_at <= v_now order by w.due_at limit 20 for update skip locked
  loop
    v_due := millrace.prune_deliveries(v_hook, v_now);
    continue when v_due is null;
    if v_hook.direction = 'o' and v_hook.active then
      v_ids := array(select d.id from millrace.webhook_deliveries d where d.webhook_id = v_hook.id and d.next_at <= v_now
                     order by d.webhook_id, d.next_at
                     limit least(p_most - jsonb_array_length(v_posts), case when v_hook.failures > 2 then 1 else 10 end));
      update millrace.webhook_deliveries d set attempts = d.attempts + 1, next_at = v_now + interval '1 minute'
      where d.id in (select x.id from millrace.webhook_deliveries x where x.id = any (v_ids) order by x.id for update);
      v_posts := v_posts || coalesce((
        select jsonb_agg(jsonb_build_object('id', d.id::text, 'attempt', d.attempts, 'url', v_hook.url, 'body', d.body,
          'webhook', v_hook.name, 'tenant', (select t.slug from millrace.tenants t where t.id = v_hook.tenant_id),
          'secrets', array(select s.secret from millrace.webhook_secrets s
                           where s.webhook_id = v_hook.id and coalesce(s.until > v_now, true) order by s.id desc)) order by d.id)
        from millrace.webhook_deliveries d where d.id = any (v_ids)), '[]');
      v_due := least(v_due, coalesce((select greatest(d.next_at, v_now + interval '100 ms') from millrace.webhook_deliveries d
                                      where d.webhook_id = v_hook.id and d.next_at is not null
                                      order by d.webhook_id, d.next_at limit 1), 'infinity'));
      if v_hook.id = (select min(w.id) from millrace.webhooks w
                      where w.tenant_id = v_hook.tenant_id and w.direction = 'o' and w.active) then
        v_tenants := v_tenants || v_hook.tenant_id;  -- one for all of them
        v_due := least(v_due, v_now + interval '1 s');
      end if;
    end if;
    update millrace.webhooks w set due_at = v_due where w.id = v_hook.id;
  end loop;
  v_now := millrace.clock();
  return json_build_object('posts', v_posts, 'tenants', v_tenants, 'ms', (
    select greatest(ceil(extract(epoch from w.due_at - v_now) * 1000), case when v_hook.id is null then 100 else 0 end)
    from millrace.webhooks w where w.due_at is not null order by w.due_at limit 1));
end $$;

comment on function millrace.work_webhooks(int) is 'Looks after the webhooks that are due; returns what is to be sent.';
revoke execute on function millrace.work_webhooks(int) from public;
