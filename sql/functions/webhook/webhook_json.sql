-- webhook_json: a webhook as JSON, with the fields of get_webhooks, and the secret that was drawn for it, which is shown this once.
--   p_options  tenant    p_drawn  that secret, or null
create or replace function millrace.webhook_json(p_options jsonb, p_name text, p_drawn text default null) returns json
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select (to_jsonb(g) || case when p_drawn is null then '{}' else jsonb_build_object('secret', p_drawn) end)::json
  from millrace.get_webhooks(jsonb_build_object('tenant', coalesce(p_options ->> 'tenant', 'default'), 'id', p_name)) g
$$;

comment on function millrace.webhook_json(jsonb, text, text) is 'A webhook as JSON.';
revoke execute on function millrace.webhook_json(jsonb, text, text) from public;
