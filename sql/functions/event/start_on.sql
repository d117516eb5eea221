-- start_on: starts the workflows that start on an event, the tenant's own and those of the installation, each with the event's data as
-- its input, in the version that a start without one takes; if that version does not start on it (any more), none. Where a singleton has
-- a live run, none either, nor where it is not active. Returns: the runs. Raises: what start_workflow raises, but for these.
create or replace function millrace.start_on(p_tenant int, p_event millrace.events) returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_name text;
  v_version text;
  v_runs uuid[] := '{}';
begin
  for v_name in
    select w.name from millrace.event_starts s join millrace.workflows w on w.id = s.workflow_id
    where s.tenant_id in (0, p_tenant) and s.event = p_event.name and s.key in ('', p_event.key) group by w.name order by w.name
  loop
    begin
      v_version := (select r.version from millrace.resolve_route(p_tenant, v_name) r);  -- it may have made a copy: look at it after
      v_runs := v_runs || array(
        select millrace.start_workflow(v_name, p_event.data::jsonb, jsonb_build_object('tenant', t.slug, 'version', v_version))
        from millrace.tenants t, millrace.workflows w
        where t.id = p_tenant and w.tenant_id = p_tenant and w.name = v_name and w.version = v_version
          and exists (select from millrace.event_starts s
                      where s.workflow_id = coalesce(w.shared_id, w.id) and s.tenant_id in (0, p_tenant) and s.event = p_event.name
                        and s.key in ('', p_event.key)));
    exception when sqlstate 'MR014' or sqlstate 'MR016' then
      null;  -- whoever tells of a fact need not know who is busy, or not active
    end;
  end loop;
  return v_runs;
end $$;

comment on function millrace.start_on(int, millrace.events) is 'Starts the workflows that start on an event.';
revoke execute on function millrace.start_on(int, millrace.events) from public;
