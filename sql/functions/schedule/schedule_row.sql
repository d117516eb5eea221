-- schedule_row: the row that a schedule with these options has when it is new: its times are those after now. Nothing is written.
-- Raises: MR001 for options of its runs that break a rule, MR040 for a workflow, or a version of it, that is not registered.
create or replace function millrace.schedule_row(p_tenant int, p_name text, p_workflow text, p_options jsonb) returns millrace.schedules
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row millrace.schedules;
begin
  if not exists (select from millrace.workflows w where w.tenant_id in (0, p_tenant) and w.name = p_workflow and w.deleted_at is null
                   and w.version = coalesce(p_options ->> 'version', w.version)) then
    perform millrace.fail('MR040', format('The schedule "%s" was refused: workflow "%s"%s is not registered.', p_name, p_workflow,
        ' in version "' || (p_options ->> 'version') || '"'),
      'Check the name, or start a worker that has it first.',
      json_build_object('schedule_id', p_name, 'workflow_id', p_workflow, 'version', p_options ->> 'version'));
  end if;
  v_row.options := jsonb_strip_nulls(p_options)
    - '{tenant,by,cron,every,timezone,overlap,catch_up,input,paused}'::text[];
  perform millrace.start_meta(p_workflow, v_row.options);
  v_row.tenant_id := p_tenant;
  v_row.name := p_name;
  v_row.workflow := p_workflow;
  v_row.cron := btrim(regexp_replace(p_options ->> 'cron', '\s+', ' ', 'g'));
  v_row.every_ms := millrace.duration_ms(p_options -> 'every');
  v_row.timezone := coalesce(p_options ->> 'timezone', 'UTC');
  v_row.overlap := coalesce(p_options ->> 'overlap', 'skip');
  v_row.catch_up := coalesce(p_options ->> 'catch_up', 'one');
  v_row.input := case when p_options ->> 'input' is not null then (p_options -> 'input')::text end;
  v_row.created_at := date_trunc('milliseconds', millrace.clock());
  v_row.after_at := v_row.created_at;
  v_row.wake_at := v_row.created_at;
  if v_row.every_ms is not null then
    v_row.anchor_at := v_row.created_at;
    v_row.next_at := v_row.anchor_at + v_row.every_ms * interval '1 ms';
  end if;
  return v_row;
end $$;

comment on function millrace.schedule_row(int, text, text, jsonb) is 'The row that a schedule with these options has when it is new.';
revoke execute on function millrace.schedule_row(int, text, text, jsonb) from public;
