-- save_webhook: makes a webhook, or changes it to this. Its path, whether it is active and its secrets stay as they are, unless they are
-- given. What goes out again begins as one that has not failed.
--   p_row     of webhook_row    p_active  null: as it is; a new one is
-- Returns: its row, which is locked then.
-- Raises: MR001 for a path that is taken, or for one that turned round; MR020 when the tenant has 1,000 of them. Locks: its row.
create or replace function millrace.save_webhook(p_row millrace.webhooks, p_active boolean) returns millrace.webhooks
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_old  millrace.webhooks;
  v_bad  text;
  v_path text := coalesce(p_row.path, 'wh_' || substr(encode(millrace.draw_token(), 'hex'), 1, 40));
begin
  loop
    select * into v_old from millrace.webhooks w
    where w.tenant_id = p_row.tenant_id and w.name = p_row.name and w.deleted_at is null order by w.id for update;
    exit when found;
    if (select count(*) from millrace.webhooks w where w.tenant_id = p_row.tenant_id) >= 1000 then
      perform millrace.fail('MR020', 'The limit of 1,000 webhooks is reached.',
        'Delete those that are not needed; one workflow may start many others.', json_build_object('webhook_id', p_row.name));
    end if;
    insert into millrace.webhooks (tenant_id, name, direction, scheme, workflow, declared, created_at, keep_ms, active, path, tolerance_ms,
                                   run_options, url, events, due_at)
    values (p_row.tenant_id, p_row.name, p_row.direction, p_row.scheme, p_row.workflow, p_row.declared, p_row.created_at, p_row.keep_ms,
            coalesce(p_active, true), case p_row.direction when 'i' then v_path end, p_row.tolerance_ms, p_row.run_options, p_row.url,
            p_row.events, p_row.due_at)
    on conflict do nothing
    returning * into v_old;
    if found then
      perform millrace.hint();
      return v_old;
    end if;
    exit when exists (select from millrace.webhooks w where w.path = v_path);
  end loop;
  v_bad := case
    when v_old.id is null or exists (select from millrace.webhooks w where w.path = p_row.path and w.id <> v_old.id)
      then 'its path is taken'
    when v_old.direction <> p_row.direction then 'one that comes in cannot become one that goes out, nor the other way round' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The webhook "%s" was refused: %s.', p_row.name, v_bad),
      'Put another one, or leave the path out: then one is drawn.', json_build_object('webhook_id', p_row.name));
  end if;
  update millrace.webhooks w
  set scheme = p_row.scheme, workflow = p_row.workflow, declared = p_row.declared, keep_ms = p_row.keep_ms,
      active = coalesce(p_active, w.active), path = coalesce(p_row.path, w.path), tolerance_ms = p_row.tolerance_ms,
      run_options = p_row.run_options, url = p_row.url, events = p_row.events,
      due_at = case w.direction when 'o' then p_row.created_at else w.due_at end,
      failures = case when p_active then 0 else w.failures end,
      failing_since = case when p_active then null else w.failing_since end,
      problem = case when p_active then null else w.problem end
  where w.id = v_old.id
  returning * into v_old;
  perform millrace.hint();
  return v_old;
end $$;

comment on function millrace.save_webhook(millrace.webhooks, boolean) is 'Makes a webhook, or changes it to this.';
revoke execute on function millrace.save_webhook(millrace.webhooks, boolean) from public;
