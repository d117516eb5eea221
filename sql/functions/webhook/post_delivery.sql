-- post_delivery: a delivery of a webhook that goes out, in somebody's transaction. It touches nothing of the webhook, so that transactions
-- that stay open hold up neither each other nor the worker that sends; that takes it up (begin_posts) once it is committed.
--   p_hook  of the tenant    p_name, p_key, p_at, p_data  as of post_event
create or replace function millrace.post_delivery(
  p_tenant int, p_hook bigint, p_name text, p_key text, p_at timestamptz, p_data jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := millrace.clock();
begin
  insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, next_at, give_up_at, status, event, delivery_key, body)
  values (p_hook, p_tenant, v_now, null, v_now + interval '3 days', 'p', p_name, p_key,
    jsonb_build_object('type', p_name, 'data', p_data,
      'timestamp', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text)
  on conflict do nothing;
  perform millrace.hint();
end $$;

comment on function millrace.post_delivery(int, bigint, text, text, timestamptz, jsonb) is 'A delivery of a webhook that goes out.';
revoke execute on function millrace.post_delivery(int, bigint, text, text, timestamptz, jsonb) from public;
