-- get_deliveries: what webhooks were sent, or have sent, the newest first.
--   options  tenant, webhook_id (its id), id (one delivery: then with its body), status (accepted, rejected, error, duplicate; pending,
--            delivered, failed), limit (20, at most 101), after (a delivery's id: older ones follow), before (newer ones)
-- Of those with a status the newest 10,000 behind after are looked at. Returns: reason: why it started nothing, or was not delivered;
-- redelivery_of: the delivery that was delivered again, or that came before; answer: the status that the other side answered last;
-- next_at: the next attempt. Raises: MR001 for an option, MR041 for a webhook or a delivery that is not there.
-- Example: select received_at, status, reason from millrace.get_deliveries('{"webhook_id": "orders", "status": "rejected"}');
create or replace function millrace.get_deliveries(options jsonb default '{}')
returns table (id text, webhook_id text, direction text, received_at timestamptz, status text, reason text, event text, run_id uuid,
               redelivery_of text, delivery_key text, attempts int, answer int, next_at timestamptz, source_ip text, headers jsonb,
               body text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_deliveries', options,
    '{"webhook_id": "text", "id": "text", "status": "text", "limit": "whole", "after": "text", "before": "text"}');
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_name   text := options ->> 'webhook_id';
  v_hook   bigint := (select w.id from millrace.webhooks w where w.tenant_id = v_tenant and w.name = v_name and w.deleted_at is null);
  v_status "char" := case options ->> 'status' when 'delivered' then 's' else left(options ->> 'status', 1) end;
  v_given  text := coalesce(options ->> 'id', options ->> 'after', options ->> 'before');
  v_place  bigint := case when v_given ~ '^[0-9]{1,18}$' then v_given::bigint when v_given is not null then 0 end;
  v_back   boolean := options ->> 'before' is not null and options ->> 'after' is null;
  v_one    boolean := options ->> 'id' is not null;
begin
  if options ->> 'status' not in ('accepted', 'rejected', 'error', 'duplicate', 'pending', 'delivered', 'failed') then
    perform millrace.fail('MR001', format('The status "%s" is not one of deliveries.', left(options ->> 'status', 40)),
      'Use accepted, rejected, error, duplicate, pending, delivered or failed.', options::json);
  elsif v_name is not null and v_hook is null then
    perform millrace.fail('MR041', format('There is no webhook "%s".', left(v_name, 140)), 'Look at the list of webhooks.',
      json_build_object('webhook_id', left(v_name, 140)));
  elsif v_one and not exists (select from millrace.webhook_deliveries d where d.id = v_place and d.tenant_id = v_tenant) then
    perform millrace.fail('MR041', format('There is no delivery "%s".', left(v_given, 40)), 'Look at the list of deliveries.',
      json_build_object('delivery_id', left(v_given, 40)));
  end if;
  return query
  select d.id::text, w.name, case w.direction when 'i' then 'in' else 'out' end, d.at,
         case d.status when 'a' then 'accepted' when 'r' then 'rejected' when 'e' then 'error' when 'd' then 'duplicate'
                       when 'p' then 'pending' when 's' then 'delivered' else 'failed' end,
         d.reason, d.event, millrace.run_uuid(d.run_id), d.redelivery_of::text, d.delivery_key, d.attempts, d.answer, d.next_at,
         d.source_ip, d.headers, case when v_one then d.body end
  from (select y.id from (
          (select x.id, x.status from millrace.webhook_deliveries x where v_one and x.id = v_place)
          union all
          (select x.id, x.status from millrace.webhook_deliveries x
           where not v_one and v_hook is not null and not v_back and x.webhook_id = v_hook and x.id < coalesce(v_place, 9223372036854775807)
           order by x.webhook_id desc, x.id desc limit case when v_status is null then v_limit else 10000 end)
          union all
          (select x.id, x.status from millrace.webhook_deliveries x
           where not v_one and v_hook is not null and v_back and x.webhook_id = v_hook and x.id > v_place
           order by x.webhook_id, x.id limit case when v_status is null then v_limit else 10000 end)
          union all
          (select x.id, x.status from millrace.webhook_deliveries x
           where not v_one and v_hook is null and not v_back and x.tenant_id = v_tenant and x.id < coalesce(v_place, 9223372036854775807)
           order by x.tenant_id desc, x.id desc limit case when v_status is null then v_limit else 10000 end)
          union all
          (select x.id, x.status from millrace.webhook_deliveries x
           where not v_one and v_hook is null and v_back and x.tenant_id = v_tenant and x.id > v_place
           order by x.tenant_id, x.id limit case when v_status is null then v_limit else 10000 end)) y
        where v_status is null or y.status = v_status
        order by case when v_back then y.id end, y.id desc limit v_limit) z
  join millrace.webhook_deliveries d on d.id = z.id join millrace.webhooks w on w.id = d.webhook_id
  order by d.id desc;
end $$;

comment on function millrace.get_deliveries(jsonb) is 'What webhooks were sent, or have sent, the newest first.';
revoke execute on function millrace.get_deliveries(jsonb) from public;
