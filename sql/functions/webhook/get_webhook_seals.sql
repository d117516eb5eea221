-- get_webhook_seals: the secrets of a tenant's webhooks that are encrypted, as they are stored: for who encrypts them under another key.
create or replace function millrace.get_webhook_seals(p_tenant int) returns table (id bigint, webhook text, sealed text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.id, w.name, substr(s.secret, length('sealed:') + 1)
  from millrace.webhooks w join millrace.webhook_secrets s on s.webhook_id = w.id
  where w.tenant_id = p_tenant and w.deleted_at is null and s.secret like 'sealed:%'
  order by s.id
$$;

comment on function millrace.get_webhook_seals(int) is 'The secrets of a tenant''s webhooks that are encrypted.';
revoke execute on function millrace.get_webhook_seals(int) from public;
