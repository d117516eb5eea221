-- work_webhooks: looks after the webhooks that are due; any worker calls it. Takes what is to be sent, for a minute: a worker that dies
-- meanwhile has sent it or not, and another sends it again, under the same id. Takes away what has been kept long enough.
-- A webhook whose last attempts failed gets one attempt, and the next one only some seconds later, up to a minute: one that is away does
-- not cost more than one that is there.
--   p_most  deliveries at a time    p_under_way  how many the caller has under way, by the number of the tenant: one has 50 at most, so
--   that addresses of its that answer slowly do not keep all others waiting
-- Returns: {ms: until there is more, null: nothing; posts: [{id, webhook, attempt, tenant, tenant_id, url, body, secrets}]; tenants: whose
-- feeds should be looked at}. Locks: rows of webhooks, skipping locked ones; then their deliveries.
drop function if exists millrace.work_webhooks(int);
create or replace function millrace.work_webhooks(p_most int, p_under_way jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now     timestamptz := millrace.clock();
  v_hook    millrace.webhooks;
  v_ids     bigint[];
  v_posts   jsonb := '[]';
  v_tenants int[] := '{}';
  v_due     timestamptz;
  v_room    int;
begin
  perform millrace.begin_posts(v_now);
  for v_hook in
    select * from millrace.webhooks w where w.due_at <= v_now order by w.due_at limit 20 for update skip locked
  loop
    v_due := millrace.prune_deliveries(v_hook, v_now);
    if v_hook.direction = 'o' and not v_hook.active then
      v_tenants := v_tenants || v_hook.tenant_id;  -- it may have been the last for which the feed is written
    end if;
    continue when v_due is null;
    if v_hook.direction = 'o' and v_hook.active and exists (
         select from millrace.tenants t where t.id = v_hook.tenant_id and coalesce(t.suspended_at, t.deleting_at) is not null) then
      v_due := v_now + interval '1 minute';
    elsif v_hook.direction = 'o' and v_hook.active then
      v_room := greatest(50 - coalesce((p_under_way ->> v_hook.tenant_id::text)::int, 0), 0);
      v_ids := array(select d.id from millrace.webhook_deliveries d where d.webhook_id = v_hook.id and d.next_at <= v_now
                     order by d.webhook_id, d.next_at
                     limit least(p_most - jsonb_array_length(v_posts), v_room, case when v_hook.failures > 2 then 1 else 10 end));
      p_under_way := p_under_way || jsonb_build_object(v_hook.tenant_id::text, 50 - v_room + cardinality(v_ids));
      update millrace.webhook_deliveries d set attempts = d.attempts + 1, next_at = v_now + interval '1 minute'
      where d.id in (select x.id from millrace.webhook_deliveries x where x.id = any (v_ids) order by x.id for update);
      v_posts := v_posts || coalesce((
        select jsonb_agg(jsonb_build_object('id', d.id::text, 'attempt', d.attempts, 'url', v_hook.url, 'body', d.body,
          'webhook', v_hook.name, 'tenant_id', v_hook.tenant_id,
          'tenant', (select t.slug from millrace.tenants t where t.id = v_hook.tenant_id),
          'secrets', array(select s.secret from millrace.webhook_secrets s
                           where s.webhook_id = v_hook.id and coalesce(s.until > v_now, true) order by s.id desc)) order by d.id)
        from millrace.webhook_deliveries d where d.id = any (v_ids)), '[]');
      v_due := least(v_due, coalesce((select greatest(d.next_at, v_now + interval '100 ms') from millrace.webhook_deliveries d
                                      where d.webhook_id = v_hook.id and d.next_at is not null
                                      order by d.webhook_id, d.next_at limit 1), 'infinity'));
      if v_room = 0 then
        v_due := greatest(v_due, v_now + interval '500 ms');
      end if;
      if v_hook.failures > 2 then
        v_due := greatest(v_due, v_now + least(v_hook.failures, 60) * interval '1 s');
      end if;
      if v_hook.id = (select w.id from millrace.webhooks w
                      where w.tenant_id = v_hook.tenant_id and w.direction = 'o' and w.active
                      order by w.failures > 2, w.id limit 1) then
        v_tenants := v_tenants || v_hook.tenant_id;  -- one for all of them
        v_due := case when v_hook.failures > 2 then v_due else least(v_due, v_now + interval '1 s') end;
      end if;
    end if;
    update millrace.webhooks w set due_at = v_due where w.id = v_hook.id;
  end loop;
  v_now := millrace.clock();
  return json_build_object('posts', v_posts, 'tenants', v_tenants, 'ms', (
    select greatest(ceil(extract(epoch from w.due_at - v_now) * 1000), case when v_hook.id is null then 100 else 0 end)
    from millrace.webhooks w where w.due_at is not null order by w.due_at limit 1));
end $$;

comment on function millrace.work_webhooks(int, jsonb) is 'Looks after the webhooks that are due; returns what is to be sent.';
revoke execute on function millrace.work_webhooks(int, jsonb) from public;
