-- set_secret: gives a webhook its secrets, as they were asked for; whoever calls holds its row.
--   p_secret  in the place of all others; null: none    p_new  if it has none, this one; null: one is drawn where the scheme leaves that
--   to us    p_sealed  both are sealed    p_keep_until  the others count until then (null: not any more)
-- The one that it has already changes nothing: sent again after a lost reply it is the same.
-- Returns: the secret that was drawn here, or is p_new; null: neither. Raises: MR001 where the sender has it, and it was not given.
create or replace function millrace.set_secret(
  p_hook millrace.webhooks, p_secret text, p_new text, p_sealed boolean, p_keep_until timestamptz default null) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kind  text := case when p_sealed then 'sealed:' else 'plain:' end;
  v_has   text;
  v_drawn text;
begin
  if p_hook.scheme = 'none' then
    delete from millrace.webhook_secrets d where d.webhook_id = p_hook.id;
    return null;
  end if;
  select s.secret into v_has from millrace.webhook_secrets s where s.webhook_id = p_hook.id and s.until is null order by s.id desc limit 1;
  if p_secret is null and (v_has is not null) then
    return case when v_has = v_kind || p_new then p_new end;
  elsif p_secret is null and p_new is null then
    if p_hook.scheme not in ('github', 'standard') then
      perform millrace.fail('MR001', format('The webhook "%s" was refused: it has no secret.', p_hook.name),
        format('Give the secret that %s shows for its address.', initcap(p_hook.scheme)), json_build_object('webhook_id', p_hook.name));
    end if;
    v_kind := 'plain:';
    v_drawn := 'whsec_' || encode(millrace.draw_token(), 'base64');
  elsif p_secret is null then
    v_drawn := p_new;
  end if;
  p_secret := v_kind || coalesce(p_secret, v_drawn);
  if p_secret = v_has then
    return null;
  end if;
  delete from millrace.webhook_secrets d
  where d.webhook_id = p_hook.id and (p_keep_until is null or d.secret = p_secret or d.until <= millrace.clock());
  update millrace.webhook_secrets s set until = p_keep_until where s.webhook_id = p_hook.id and s.until is null;
  insert into millrace.webhook_secrets (webhook_id, tenant_id, secret) values (p_hook.id, p_hook.tenant_id, p_secret);
  -- each is tried with every delivery
  delete from millrace.webhook_secrets d
  where d.webhook_id = p_hook.id and d.id not in (select s.id from millrace.webhook_secrets s where s.webhook_id = p_hook.id
                                                  order by s.id desc limit 4);
  return v_drawn;
end $$;

comment on function millrace.set_secret(millrace.webhooks, text, text, boolean, timestamptz) is 'Gives a webhook its secrets.';
revoke execute on function millrace.set_secret(millrace.webhooks, text, text, boolean, timestamptz) from public;
