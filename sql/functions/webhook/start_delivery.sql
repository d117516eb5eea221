-- start_delivery: a delivery becomes a run, and is noted, in one transaction: what is acknowledged is there, and nothing is started twice.
--   p_body     JSON text: the payload of the run    p_headers  of the run, and kept
--   p_key      what its sender calls it, null: nothing    p_content  a hash of what was signed    p_by_content  equal content is the same
--   p_of       the delivery that is delivered again
-- Returns: accepted or duplicate; the delivery (of one that came again the first); its run.
-- Raises: what start_workflow raises; then nothing is noted. Locks: what start_workflow locks. Two equal ones at once: the second waits.
create or replace function millrace.start_delivery(
  p_hook millrace.webhooks, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean, p_ip text,
  p_of bigint default null)
returns table (status text, delivery bigint, run uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now   timestamptz := millrace.clock();
  v_first millrace.webhook_deliveries;
  v_id    bigint;
  v_run   uuid;
begin
  loop
    select d.* into v_first
    from (select x.id from millrace.webhook_deliveries x
          where x.webhook_id = p_hook.id and x.delivery_key = p_key and x.status not in ('r', 'e', 'd')
          union all
          -- another name on the same content is no other delivery, where names are not signed
          select x.id from millrace.webhook_deliveries x
          where x.webhook_id = p_hook.id and x.content_key = p_content and x.status not in ('r', 'e', 'd')) f
    join millrace.webhook_deliveries d on d.id = f.id order by d.id limit 1;
    if found then
      if millrace.count_delivery(p_hook, 'd', 1, p_of is null) then
        insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, status, run_id, redelivery_of, reason, delivery_key, source_ip,
                                                 headers)
        values (p_hook.id, p_hook.tenant_id, v_now, 'd', v_first.run_id, v_first.id, 'It came before.', p_key, p_ip, p_headers);
      end if;
      return query select 'duplicate', v_first.id, millrace.run_uuid(v_first.run_id);
      return;
    end if;
    insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, status, redelivery_of, delivery_key, content_key, source_ip,
                                             headers, body)
    values (p_hook.id, p_hook.tenant_id, v_now, 'a', p_of, p_key, case when p_by_content then p_content end, p_ip, p_headers, p_body)
    on conflict do nothing
    returning id into v_id;
    exit when found;
  end loop;
  v_run := millrace.start_workflow(p_hook.workflow, jsonb_build_object('payload', p_body::jsonb, 'headers', p_headers),
    p_hook.run_options || jsonb_build_object('tenant', (select t.slug from millrace.tenants t where t.id = p_hook.tenant_id)));
  update millrace.webhook_deliveries d set run_id = millrace.run_number(v_run) where d.id = v_id;
  return query select 'accepted', v_id, v_run;
end $$;

comment on function millrace.start_delivery(millrace.webhooks, text, jsonb, text, text, boolean, text, bigint) is 'A delivery becomes a run, and is noted.';
revoke execute on function millrace.start_delivery(millrace.webhooks, text, jsonb, text, text, boolean, text, bigint) from public;
