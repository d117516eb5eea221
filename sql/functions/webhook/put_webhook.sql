-- put_webhook: makes a webhook, or changes it: one that comes in starts a run of a workflow with {payload, headers} as its input; one that
-- goes out (url) tells what happens to runs. Put again as it is, nothing changes.
--   options  tenant, retention (of its deliveries; a week), active (left out: as it is), by;
--            secret (left out: as it is; a new one gets one that is drawn here, for scheme github and standard, and shown once), new_secret
--            (for one that has none), sealed (whoever put it has encrypted both);
--            in: workflow_id, scheme (standard, github, stripe, slack, or none: then anybody may call it), path (left out: drawn),
--            tolerance (5 minutes: by which the time of a signature may be off), and of its runs: version, queue, priority, resource_id,
--            tags, attributes, timeout, retries;
--            out: url, events (names, run.* or *), workflow_id (only of its runs)
-- Times are ms, or an interval as text. Returns: the webhook as get_webhooks does, and secret, if it was drawn. Locks: the webhook's row.
-- Raises: MR001, MR020 for more than 1,000, MR040 for a workflow that is not registered.
-- Example: select millrace.put_webhook('orders', '{"workflow_id": "order", "scheme": "github"}') ->> 'secret';
create or replace function millrace.put_webhook(id text, options jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_webhook', options,
    '{"workflow_id": "text", "url": "text", "events": "any", "scheme": "text", "secret": "text", "new_secret": "text", "sealed": "any",
      "path": "text", "tolerance": "any", "retention": "any", "active": "any", "by": "text", "version": "text", "queue": "text",
      "priority": "any", "resource_id": "text", "tags": "any", "attributes": "any", "timeout": "any", "retries": "any"}');
  v_sealed boolean := coalesce(options -> 'sealed' = 'true', false);
  v_given  text[] := array_remove(array[options ->> 'secret', options ->> 'new_secret'], null);
  v_hook   millrace.webhooks;
  v_drawn  text;
begin
  perform millrace.check_webhook(put_webhook.id, jsonb_strip_nulls(options), case when not v_sealed then v_given end);
  v_hook := millrace.save_webhook(millrace.webhook_row(v_tenant, put_webhook.id, jsonb_strip_nulls(options)),
    (options ->> 'active')::boolean);
  v_drawn := millrace.set_secret(v_hook, options ->> 'secret', options ->> 'new_secret', v_sealed);
  perform millrace.append_audit(v_tenant, options ->> 'by', 'webhook.put', v_hook.name, jsonb_strip_nulls(jsonb_build_object(
    'workflow_id', v_hook.workflow, 'url', v_hook.url, 'scheme', v_hook.scheme, 'active', v_hook.active,
    'secret', case when options ->> 'secret' is not null then 'given' when v_drawn is not null then 'drawn' end)));
  return millrace.webhook_json(options, put_webhook.id, v_drawn);
end $$;

comment on function millrace.put_webhook(text, jsonb) is 'Makes a webhook, or changes it.';
revoke execute on function millrace.put_webhook(text, jsonb) from public;
