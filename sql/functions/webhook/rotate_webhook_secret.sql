-- rotate_webhook_secret: another secret takes the place of a webhook's. The one before counts for a day still, so that nothing is refused
-- while the other side changes; what goes out is signed with both. Of at most four, the oldest goes.
--   options  tenant, secret (left out: drawn, for scheme github and standard), sealed, keep_old (ms, or an interval as text; default a
--            day, 0: not at all), by
-- Returns: the webhook, and secret, if it was drawn. The same secret again changes nothing.
-- Raises: MR001, also for scheme none; MR041. Locks: its row.
-- Example: select millrace.rotate_webhook_secret('orders') ->> 'secret';
create or replace function millrace.rotate_webhook_secret(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('rotate_webhook_secret', options,
    '{"secret": "text", "sealed": "any", "keep_old": "any", "by": "text"}');
  v_hook   millrace.webhooks := millrace.find_webhook(v_tenant, rotate_webhook_secret.id);
  v_sealed boolean := coalesce(options -> 'sealed' = 'true', false);
  v_secret text := options ->> 'secret';
  v_keep   bigint := case when options ->> 'keep_old' = '0' then 0 else coalesce(millrace.duration_ms(options -> 'keep_old'), 86400000) end;
  v_drawn  text;
  v_bad    text;
begin
  v_bad := case
    when v_hook.scheme = 'none' then 'it is not signed'
    when v_keep > 31622400000 then 'keep_old must be a year at most'
    when v_secret is null and v_hook.scheme not in ('github', 'standard') then 'its sender has the secret: give it' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The secret of webhook "%s" was not changed: %s.', v_hook.name, v_bad),
      'Correct it, and try again.', json_build_object('webhook_id', v_hook.name));
  end if;
  if not v_sealed and v_secret is not null then
    perform millrace.check_webhook(v_hook.name, jsonb_strip_nulls(jsonb_build_object('workflow_id', coalesce(v_hook.workflow, '*'),
      'scheme', v_hook.scheme)), array[v_secret]);
  end if;
  if v_secret is null then
    v_drawn := 'whsec_' || encode(millrace.draw_token(), 'base64');
    v_sealed := false;
  end if;
  perform millrace.set_secret(v_hook, coalesce(v_secret, v_drawn), null, v_sealed,
    case when v_keep > 0 then millrace.clock() + v_keep * interval '1 ms' end);
  perform millrace.append_audit(v_tenant, options ->> 'by', 'webhook.rotate', v_hook.name, jsonb_build_object('keep_old_ms', v_keep));
  return millrace.webhook_json(options, v_hook.name, v_drawn);
end $$;

comment on function millrace.rotate_webhook_secret(text, jsonb) is 'Another secret takes the place of a webhook''s.';
revoke execute on function millrace.rotate_webhook_secret(text, jsonb) from public;
