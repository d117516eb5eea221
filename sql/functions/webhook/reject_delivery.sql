-- reject_delivery: notes deliveries that started nothing: those that were rejected, because nobody who has the secret sent them, and those
-- of which no run could be made (error), which can be delivered again. All are counted, some are kept: see count_delivery.
--   p_webhook  of webhook_at    p_error  whether it was genuine    p_reason  why
--   p_body     of an error the payload, JSON text; else the beginning of what came; null: it is only counted
--   p_key, p_content, p_by_content  as of accept_delivery, of an error    p_count  how many
-- Returns: the delivery, if it is kept.
create or replace function millrace.reject_delivery(
  p_webhook bigint, p_error boolean, p_reason text, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean,
  p_ip text, p_count int default 1) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_status "char" := case when p_error then 'e' else 'r' end;
  v_now    timestamptz := millrace.clock();
  v_hook   millrace.webhooks;
  v_id     bigint;
begin
  select * into v_hook from millrace.webhooks w where w.id = p_webhook and w.deleted_at is null;
  if not found or not millrace.count_delivery(v_hook, v_status, p_count, p_body is not null) then
    return null;
  end if;
  insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, status, reason, delivery_key, content_key, source_ip, headers, body)
  values (v_hook.id, v_hook.tenant_id, v_now, v_status, left(p_reason, 1000), p_key, case when p_by_content then p_content end, p_ip,
          p_headers, case when p_error then p_body else left(p_body, 1000) end)
  returning id into v_id;
  return v_id::text;
end $$;

comment on function millrace.reject_delivery(bigint, boolean, text, text, jsonb, text, text, boolean, text, int) is 'Notes deliveries that started nothing.';
revoke execute on function millrace.reject_delivery(bigint, boolean, text, text, jsonb, text, text, boolean, text, int) from public;
