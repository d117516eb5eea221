-- pause_dispatch: no worker is given a run of a workflow, of a queue, or any at all, except by a claim that was under way. Runs that
-- workers have go on until they wait or end; starts, messages and timers are taken as ever, and what they make ready waits.
--   options  tenant, and workflow_id or queue, or neither: everything of the tenant; reason, by
-- Paused already, it keeps the first reason. Raises: MR001. Locks: a row of tenants; or routes, against new ones, which could miss
-- it, and rows of limits.
-- Example: select millrace.pause_dispatch('{"queue": "mail", "reason": "the provider is down", "by": "ada"}');
create or replace function millrace.pause_dispatch(options jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('pause_dispatch', options,
    '{"workflow_id": "text", "queue": "text", "reason": "text", "by": "text"}');
  v_place  record := millrace.dispatch_place(options);
  v_now    timestamptz := millrace.clock();
  v_id     int;
begin
  if v_place.kind is null then
    update millrace.tenants t set paused_at = v_now, paused_by = options ->> 'by', pause_reason = options ->> 'reason'
    where t.id = v_tenant and t.paused_at is null;
    return;
  end if;
  if exists (select from millrace.limits l
             where l.tenant_id = v_tenant and l.kind = v_place.kind and l.name = v_place.name and l.paused_at is not null) then
    return;
  end if;
  lock table millrace.routes in share row exclusive mode;
  insert into millrace.limits as l (tenant_id, kind, name, paused_at, paused_by, pause_reason)
  values (v_tenant, v_place.kind, v_place.name, v_now, options ->> 'by', options ->> 'reason')
  on conflict on constraint limits_key
  do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
  where l.paused_at is null
  returning l.id into v_id;
  perform millrace.limit_routes(v_tenant, v_id, null) where v_id is not null;
end $$;

comment on function millrace.pause_dispatch(jsonb) is 'No worker is given a run of a workflow, of a queue, or any at all.';
revoke execute on function millrace.pause_dispatch(jsonb) from public;
