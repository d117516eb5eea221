-- get_approvals: the questions that are open, the oldest run's first.
--   options  tenant, workflow_id, run_id, assignee (asked by name), roles (asked by one of these; with assignee: either), limit (20, at
--            most 101), after (an approval's id)
-- Questions to anybody are in every list.
-- Returns: id (the run's and the step), question, details, who is asked, since when and until when.
-- Example: select id, question from millrace.get_approvals('{"assignee": "ada"}');
create or replace function millrace.get_approvals(options jsonb default '{}')
returns table (id text, run_id uuid, workflow_id text, step_id text, question text, details json, assignees text[], roles text[],
               asked_at timestamptz, expires_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('get_approvals', options,
    '{"workflow_id": "text", "run_id": "uuid", "assignee": "text", "roles": "texts", "limit": "whole", "after": "text"}');
  v_now    timestamptz := millrace.clock();
  v_run    bigint := case when options ->> 'run_id' is not null then millrace.find_run(v_tenant, (options ->> 'run_id')::uuid) end;
  v_roles  text[] := case when jsonb_typeof(options -> 'roles') = 'array'
                          then array(select jsonb_array_elements_text(options -> 'roles')) end;
  v_anyone boolean := options ->> 'assignee' is null and v_roles is null;
  v_after  record;
begin
  select a.run, a.step into v_after from millrace.approval_place(coalesce(options ->> 'after', '')) a;
  return query
  select millrace.approval_id(a.run_id, a.step), d.id, d.workflow_id, a.step, a.question, a.details::json, a.assignees, a.roles, a.asked_at,
         a.expires_at
  from millrace.approvals a
  cross join lateral (select x.id, x.workflow_id from millrace.run_details x where x.run_id = a.run_id offset 0) d
  where a.tenant_id = v_tenant and (v_run is null or a.run_id = v_run) and (a.expires_at is null or a.expires_at > v_now)
    and (options ->> 'workflow_id' is null or d.workflow_id = options ->> 'workflow_id')
    and (v_anyone or (a.assignees = '{}' and a.roles = '{}') or options ->> 'assignee' = any (a.assignees) or a.roles && v_roles)
    and (v_after.run is null or (a.run_id, a.step) > (v_after.run, v_after.step))
  order by a.run_id, a.step limit greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
end $$;

comment on function millrace.get_approvals(jsonb) is 'The questions to people that are open.';
revoke execute on function millrace.get_approvals(jsonb) from public;
