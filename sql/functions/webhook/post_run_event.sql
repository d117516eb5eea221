-- post_run_event: tells an event of a run to the webhooks that want it: see post_event. Of a run that waits: the questions to people that
-- it asks, each once.   p_data  JSON text: its output, or its failure, of which webhooks see no stack
create or replace function millrace.post_run_event(
  p_tenant int, p_name text, p_workflow text, p_run bigint, p_key text, p_at timestamptz, p_data text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_run record;
  v_ask record;
begin
  select d.id, d.workflow_id, d.version, d.resource_id into v_run from millrace.run_details d where d.run_id = p_run;
  if p_name = 'approval.asked' then
    for v_ask in select a.* from millrace.approvals a where a.run_id = p_run order by a.step loop
      perform millrace.post_event(p_tenant, p_name, p_workflow, p_run, p_run || ':ask:' || md5(v_ask.step), v_ask.asked_at,
        jsonb_strip_nulls(jsonb_build_object('run_id', v_run.id, 'workflow_id', p_workflow,
          'approval_id', millrace.approval_id(p_run, v_ask.step), 'question', v_ask.question,
          'details', v_ask.details::jsonb, 'assignees', v_ask.assignees, 'roles', v_ask.roles, 'expires_at', v_ask.expires_at)));
    end loop;
    return;
  end if;
  perform millrace.post_event(p_tenant, p_name, p_workflow, p_run, p_key, p_at,
    jsonb_build_object('run_id', v_run.id, 'workflow_id', p_workflow, 'version', v_run.version, 'resource_id', v_run.resource_id)
    || case p_name when 'run.completed' then jsonb_build_object('output', p_data::jsonb)
                   when 'run.failed' then jsonb_build_object('failure', p_data::jsonb - 'stack')
                   when 'run.paused' then jsonb_build_object('pause', p_data::jsonb) else '{}' end);
end $$;

comment on function millrace.post_run_event(int, text, text, bigint, text, timestamptz, text) is 'Tells an event of a run to the webhooks that want it.';
revoke execute on function millrace.post_run_event(int, text, text, bigint, text, timestamptz, text) from public;
