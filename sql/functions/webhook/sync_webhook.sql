-- sync_webhook: a stored graph with trigger_type webhook has a webhook of its own, with the id workflow#1: made when it is put, its path
-- stays, and gone when the type is another. With a secret its deliveries are signed (as GitHub signs, unless trigger_config names another
-- scheme); where the document comes again without, as it is read back, the one that it has stays.
--   p_secret  that came with the document; plain, or sealed (p_sealed)
--   p_unsigned  it shall have none any more: whoever knows the path may call it, unless trigger_config asks for a scheme (MR001)
-- Raises: MR001, MR020. Locks: the webhook's row.
drop function if exists millrace.sync_webhook(int, text, text, jsonb, text, boolean);
create or replace function millrace.sync_webhook(
  p_tenant int, p_workflow text, p_version text, p_document jsonb, p_secret text, p_sealed boolean, p_unsigned boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name    text := p_workflow || '#1';
  v_config  jsonb := case when jsonb_typeof(p_document -> 'trigger_config') = 'object' then p_document -> 'trigger_config' else '{}' end;
  v_old     millrace.webhooks;
  v_options jsonb;
  v_row     millrace.webhooks;
begin
  select * into v_old from millrace.webhooks w
  where w.tenant_id = p_tenant and w.name = v_name and w.deleted_at is null order by w.id for update;
  if p_document ->> 'trigger_type' is distinct from 'webhook' then
    if found then
      perform millrace.drop_webhook(v_old.id);
    end if;
    return;
  end if;
  v_options := jsonb_strip_nulls(jsonb_build_object('workflow_id', p_workflow, 'path', p_document ->> 'webhook_path',
    'tolerance', case when v_config -> 'tolerance_seconds' is not null then v_config ->> 'tolerance_seconds' || ' s' end,
    'scheme', coalesce(v_config ->> 'scheme', case when p_unsigned then 'none'
                                                   when p_secret is not null then coalesce(nullif(v_old.scheme, 'none'), 'github')
                                                   else coalesce(v_old.scheme, 'none') end)));
  if p_unsigned and v_options ->> 'scheme' <> 'none' then
    perform millrace.fail('MR001',
      format('The webhook "%s" was refused: its scheme is %s, and its secret is to be taken away.', v_name, v_options ->> 'scheme'),
      'Give it another secret, or take the scheme out of trigger_config as well.', json_build_object('webhook_id', v_name));
  end if;
  perform millrace.check_webhook(v_name, v_options, case when not p_sealed then array_remove(array[p_secret], null) end);
  v_row := millrace.webhook_row(p_tenant, v_name, v_options);
  v_row.declared := p_version;
  v_row := millrace.save_webhook(v_row, p_document -> 'is_active' is distinct from 'false');
  perform millrace.set_secret(v_row, p_secret, null, p_sealed);
end $$;

comment on function millrace.sync_webhook(int, text, text, jsonb, text, boolean, boolean) is 'A stored graph with trigger_type webhook has a webhook of its own.';
revoke execute on function millrace.sync_webhook(int, text, text, jsonb, text, boolean, boolean) from public;
