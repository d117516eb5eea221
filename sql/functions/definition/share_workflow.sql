-- share_workflow: gives a tenant its copy of a workflow version of the installation (tenant 0), or brings the copy up to date: its
-- definition, limits, attributes and retention. Its document and the events that it starts on are looked up at the installation's.
-- A version of the same name that is the tenant's own stays as it is; and beside one of another kind (a machine) there is no copy: what is
-- the tenant's own is meant.
-- Returns: the tenant's row. Raises: MR042 as hold_tenant. Locks: for the first copy of that name as hold_name, else as hold_tenant; then
-- that row; where the limits of a copy change, as put_limits.
create or replace function millrace.share_workflow(p_tenant int, p_shared millrace.workflows) returns millrace.workflows
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy  millrace.workflows;
  v_rules jsonb;
begin
  select * into v_copy from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_shared.name and w.version = p_shared.version;
  if found and (v_copy.shared_id is distinct from p_shared.id or v_copy.definition = p_shared.definition) then
    return v_copy;
  end if;
  if exists (select from millrace.workflows w where w.tenant_id = p_tenant and w.name = p_shared.name) then
    perform millrace.hold_tenant(p_tenant);
  else
    perform millrace.hold_name(p_tenant, p_shared.name);
  end if;
  select * into v_copy from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_shared.name and w.shared_id is null and w.deleted_at is null
    and coalesce(w.definition ->> 'kind', 'function') <> coalesce(p_shared.definition ->> 'kind', 'function')
  order by w.registered_at desc, w.id desc limit 1;
  if found then
    return v_copy;
  end if;
  insert into millrace.workflows as w (tenant_id, name, version, definition, registered_at, shared_id)
  values (p_tenant, p_shared.name, p_shared.version, p_shared.definition, p_shared.registered_at, p_shared.id)
  on conflict (tenant_id, name, version) do update set definition = excluded.definition where w.shared_id = excluded.shared_id
  returning * into v_copy;
  if not found then  -- somebody has just made one of the tenant's own
    select * into v_copy from millrace.workflows w
    where w.tenant_id = p_tenant and w.name = p_shared.name and w.version = p_shared.version;
    return v_copy;
  end if;
  v_rules := coalesce((select l.rules from millrace.limits l where l.tenant_id = 0 and l.kind = 'w' and l.name = p_shared.name), '{}');
  if v_rules <> '{}' and not exists (select from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
                                     where w.tenant_id = p_tenant and w.name = p_shared.name) then
    -- no route is there that could miss them, and who makes the first waits for our row: the lock of put_limits would be for nothing,
    -- and a start in a transaction that stays open would hold it
    insert into millrace.limits (tenant_id, kind, name, rules) values (p_tenant, 'w', p_shared.name, v_rules)
    on conflict on constraint limits_key do nothing;
  end if;
  perform millrace.put_limits(p_tenant, 'w', p_shared.name, v_rules);
  if p_shared.definition ? 'attributes' then
    perform millrace.put_attributes(p_tenant, p_shared.name, p_shared.definition -> 'attributes');
  end if;
  perform millrace.watch_retention(v_copy.id);
  return v_copy;
end $$;

comment on function millrace.share_workflow(int, millrace.workflows) is 'Gives a tenant its copy of a workflow version of the installation.';
revoke execute on function millrace.share_workflow(int, millrace.workflows) from public;
