-- find_webhook: the webhook of that id, locked: whoever changes it holds its row.   Raises: MR041 if the tenant has none. Locks: its row.
create or replace function millrace.find_webhook(p_tenant int, p_name text) returns millrace.webhooks
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row millrace.webhooks;
begin
  select * into v_row from millrace.webhooks w
  where w.tenant_id = p_tenant and w.name = p_name and w.deleted_at is null order by w.id for update;
  if not found then
    perform millrace.fail('MR041', format('There is no webhook "%s".', left(p_name, 140)),
      'Look at the list of webhooks; one is made when it is put.', json_build_object('webhook_id', left(p_name, 140)));
  end if;
  return v_row;
end $$;

comment on function millrace.find_webhook(int, text) is 'The webhook of that id, locked.';
revoke execute on function millrace.find_webhook(int, text) from public;
