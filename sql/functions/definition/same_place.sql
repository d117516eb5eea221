-- same_place: whether two routes are of the same workflow, queue and priority; the version may differ, as a run may have been moved to
-- another one since it was started.
create or replace function millrace.same_place(p_one int, p_other int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from millrace.routes a join millrace.workflows v on v.id = a.workflow_id,
                millrace.routes b join millrace.workflows w on w.id = b.workflow_id
    where a.id = p_one and b.id = p_other
      and (v.tenant_id, v.name, a.queue, a.priority) = (w.tenant_id, w.name, b.queue, b.priority))
$$;

comment on function millrace.same_place(int, int) is 'Whether two routes are of the same workflow, queue and priority.';
revoke execute on function millrace.same_place(int, int) from public;
