-- accept_delivery: a delivery whose signature a server has checked starts a run. Once this has returned it is durable.
--   p_webhook  of webhook_at    p_body, p_headers, p_key, p_content, p_by_content, p_ip  as of start_delivery
-- Returns: accepted, or duplicate: it came before, and started that run. No row: the webhook is not there any more, or not active.
-- Raises: what start_workflow raises.
create or replace function millrace.accept_delivery(
  p_webhook bigint, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean, p_ip text)
returns table (status text, delivery text, run uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_hook millrace.webhooks;
begin
  select * into v_hook from millrace.webhooks w where w.id = p_webhook and w.active and w.direction = 'i';
  if found then
    return query select s.status, s.delivery::text, s.run
                 from millrace.start_delivery(v_hook, p_body, p_headers, p_key, p_content, p_by_content, p_ip) s;
  end if;
end $$;

comment on function millrace.accept_delivery(bigint, text, jsonb, text, text, boolean, text) is 'A delivery whose signature was checked starts a run.';
revoke execute on function millrace.accept_delivery(bigint, text, jsonb, text, text, boolean, text) from public;
