-- delete_webhook: nothing comes in or goes out by it any more, and its deliveries are not kept; runs that it has started go on. One of a
-- stored graph comes back when that is put again.   options  tenant, by
-- Raises: MR001, MR041 if there is none of that id. Locks: its row.
create or replace function millrace.delete_webhook(id text, options jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('delete_webhook', options, '{"by": "text"}');
  v_hook   millrace.webhooks := millrace.find_webhook(v_tenant, delete_webhook.id);
begin
  perform millrace.drop_webhook(v_hook.id);
  perform millrace.append_audit(v_tenant, options ->> 'by', 'webhook.delete', v_hook.name);
end $$;

comment on function millrace.delete_webhook(text, jsonb) is 'Nothing comes in or goes out by a webhook any more.';
revoke execute on function millrace.delete_webhook(text, jsonb) from public;
