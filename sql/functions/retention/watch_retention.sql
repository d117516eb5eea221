-- watch_retention: has the history of a workflow version's routes looked through from now on, if its definition has a retention.
create or replace function millrace.watch_retention(p_workflow int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := millrace.clock();
begin
  insert into millrace.retention (route_id, tenant_id, next_at, keep)
  select r.id, r.tenant_id, v_now, w.definition -> 'retention_ms' from millrace.workflows w join millrace.routes r on r.workflow_id = w.id
  where w.id = p_workflow and w.definition ? 'retention_ms'
  on conflict on constraint retention_pkey do update set after_run = 0, keep_from = null, next_at = excluded.next_at, keep = excluded.keep
  where retention.keep is distinct from excluded.keep;
end $$;

comment on function millrace.watch_retention(int) is 'Has the history of a workflow with a retention looked through.';
revoke execute on function millrace.watch_retention(int) from public;
