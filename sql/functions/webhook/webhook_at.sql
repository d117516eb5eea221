-- webhook_at: what a server needs to know to check a delivery: the webhook at a path, and its secrets that count now, as they are stored.
-- It shows secrets: only servers may call it. Nothing, if there is none or it is not active.
create or replace function millrace.webhook_at(p_path text)
returns table (id bigint, tenant_id int, tenant text, name text, workflow text, scheme text, tolerance_ms int, secrets text[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := millrace.clock();
begin
  return query
  select w.id, w.tenant_id, t.slug, w.name, w.workflow, w.scheme, w.tolerance_ms,
         array(select s.secret from millrace.webhook_secrets s
               where s.webhook_id = w.id and coalesce(s.until > v_now, true) order by s.id desc)
  from millrace.webhooks w join millrace.tenants t on t.id = w.tenant_id
  where w.path = p_path and w.active and w.direction = 'i';
end $$;

comment on function millrace.webhook_at(text) is 'The webhook at a path, with what is needed to check a delivery.';
revoke execute on function millrace.webhook_at(text) from public;
