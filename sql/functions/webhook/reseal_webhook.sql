-- reseal_webhook: a secret of a webhook is encrypted under another key from now on; whoever changed it meanwhile has the last word.
--   p_id  of get_webhook_seals    p_was  as it was encrypted before
-- Returns: whether it was changed.
create or replace function millrace.reseal_webhook(p_tenant int, p_id bigint, p_was text, p_sealed text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update millrace.webhook_secrets s set secret = 'sealed:' || p_sealed
  where s.id = p_id and s.tenant_id = p_tenant and s.secret = 'sealed:' || p_was;
  return found;
end $$;

comment on function millrace.reseal_webhook(int, bigint, text, text) is 'A secret of a webhook is encrypted under another key.';
revoke execute on function millrace.reseal_webhook(int, bigint, text, text) from public;
