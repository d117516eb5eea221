-- redeliver: delivers something again. Of what came in: another run is started, with the same payload and headers; of a delivery that was
-- an error, that it starts at last: if its sender was faster, that run is the answer. Of what goes out: it is sent again, now, and tried
-- as long as a new one.
--   options  tenant, dedupe_id (the same again is the same redelivery), by
-- Returns: the delivery that came of it, as get_deliveries shows it.
-- Raises: MR001; MR011 for one that was rejected, or came before: nothing of them was accepted; MR041; and what start_workflow raises.
-- Locks: the webhook's row, then the delivery's. Example: select millrace.redeliver('42') ->> 'run_id';
create or replace function millrace.redeliver(delivery_id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('redeliver', options, '{"dedupe_id": "text", "by": "text"}');
  v_now    timestamptz := millrace.clock();
  v_id     bigint := case when redeliver.delivery_id ~ '^[0-9]{1,18}$' then redeliver.delivery_id::bigint end;
  v_key    text := '$again:' || v_id || ':' || coalesce(options ->> 'dedupe_id', gen_random_uuid()::text);
  v_old    millrace.webhook_deliveries;
  v_hook   millrace.webhooks;
begin
  select d.* into v_old from millrace.webhook_deliveries d where d.id = v_id and d.tenant_id = v_tenant;
  select w.* into v_hook from millrace.webhooks w where w.id = v_old.webhook_id and w.deleted_at is null order by w.id for update;
  if not found then
    perform millrace.fail('MR041', format('There is no delivery "%s".', left(redeliver.delivery_id, 40)), 'Look at the list of deliveries.',
      json_build_object('delivery_id', left(redeliver.delivery_id, 40)));
  elsif v_old.status in ('r', 'd') or length(options ->> 'dedupe_id') > 128 or not v_hook.active then
    perform millrace.fail(case when length(options ->> 'dedupe_id') > 128 then 'MR001' else 'MR011' end,
      format('Delivery "%s" cannot be delivered again: %s.', v_id, case
        when length(options ->> 'dedupe_id') > 128 then 'dedupe_id has more than 128 characters'
        when v_old.status = 'r' then 'it was rejected' when v_old.status = 'd' then 'the same came before'
        else 'its webhook is not active' end),
      case when v_old.status = 'd' then 'Deliver that one again: see its redelivery_of.' else 'Let its sender send it again.' end,
      json_build_object('delivery_id', v_id::text, 'status', v_old.status));
  elsif v_hook.direction = 'o' then
    update millrace.webhook_deliveries d set status = 'p', next_at = v_now, give_up_at = v_now + interval '3 days', reason = null
    where d.id = v_id;
    update millrace.webhooks w set due_at = v_now where w.id = v_hook.id;
    perform millrace.hint();
  else
    if v_old.status = 'e' then
      v_key := coalesce(v_old.delivery_key, v_key);
    end if;
    v_old.content_key := case when v_old.status = 'e' then v_old.content_key end;
    select s.delivery into v_id from millrace.start_delivery(v_hook, v_old.body, v_old.headers, v_key, v_old.content_key,
      v_old.content_key is not null, v_old.source_ip, v_id) s;
  end if;
  perform millrace.append_audit(v_tenant, options ->> 'by', 'webhook.redeliver', v_hook.name,
    jsonb_build_object('delivery', v_old.id::text));
  return (select to_json(g) from millrace.get_deliveries(
    jsonb_build_object('tenant', coalesce(options ->> 'tenant', 'default'), 'id', v_id::text)) g);
end $$;

comment on function millrace.redeliver(text, jsonb) is 'Delivers something again.';
revoke execute on function millrace.redeliver(text, jsonb) from public;
