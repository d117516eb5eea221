-- sync_schedules: the schedules that workflows have in their code: those that are new are made, others changed, and those that are not
-- there any more deleted. What was put at run time is never touched. A version that is not the one registered last says nothing.
--   p_declared  [{workflow, version, schedules: [{cron, timezone} or {every}, overlap, catch_up, input]}], of each workflow at most once
-- The first of a workflow has the id workflow#1. One that a person has paused stays so.
-- Raises: MR001, MR040. Locks: the schedules of each workflow, ascending, workflow by workflow.
create or replace function millrace.sync_schedules(p_tenant int, p_declared jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_one record;
  v_row millrace.schedules;
begin
  for v_one in
    select d.body ->> 'workflow' as workflow, d.body ->> 'version' as version, d.body -> 'schedules' as schedules
    from jsonb_array_elements(p_declared) d (body) order by 1
  loop
    continue when v_one.version is distinct from (select w.version from millrace.workflows w
                                                  where w.tenant_id = p_tenant and w.name = v_one.workflow and w.deleted_at is null
                                                  order by w.registered_at desc, w.id desc limit 1);
    delete from millrace.schedules d where d.id in (
      select s.id from millrace.schedules s
      where s.tenant_id = p_tenant and s.workflow = v_one.workflow and s.declared is not null
        and nullif(split_part(s.name, '#', 2), '')::int > jsonb_array_length(v_one.schedules)
      order by s.id for update);
    for i in 1 .. jsonb_array_length(v_one.schedules) loop
      v_row := millrace.schedule_row(p_tenant, v_one.workflow || '#' || i, v_one.workflow, v_one.schedules -> (i - 1));
      v_row.declared := v_one.version;
      perform millrace.save_schedule(v_row, null);
    end loop;
  end loop;
end $$;

comment on function millrace.sync_schedules(int, jsonb) is 'The schedules that workflows have in their code.';
revoke execute on function millrace.sync_schedules(int, jsonb) from public;
