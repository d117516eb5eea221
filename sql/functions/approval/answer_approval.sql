-- answer_approval: answers a question; the run that asked goes on. The first answer counts.
--   options  tenant, by (who answers), roles (that they have), comment, data (JSON, as the step expects it)
-- Who was asked by name or role must say who they are: by is one of the assignees, or one of roles is one of those asked.
-- Returns: the run. Raises: MR001 without an answer, MR002 for too much data, MR011 for a question that is not open any more, MR041 for
-- one of no run of the tenant's, MR042 for somebody who was not asked. Locks: the run's live row, then the question's.
-- Example: select millrace.answer_approval('…/big refund', true, '{"by": "ada", "comment": "fine"}');
create or replace function millrace.answer_approval(approval_id text, approved boolean, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('answer_approval', options,
    '{"by": "text", "roles": "texts", "comment": "text", "data": "any"}');
  v_now    timestamptz;
  v_place  record;
  v_ask    millrace.approvals;
  v_roles  text[] := case when jsonb_typeof(options -> 'roles') = 'array' then array(select jsonb_array_elements_text(options -> 'roles'))
                          else '{}' end;
begin
  if answer_approval.approved is null then
    perform millrace.fail('MR001', 'The answer is missing.', 'Say true or false.');
  elsif octet_length(options::text) > 1048576 then
    perform millrace.fail('MR002', format('An answer of %s bytes is over the limit of 1 MiB.', octet_length(options::text)),
      'Pass a reference.');
  end if;
  select * into v_place from millrace.approval_place(answer_approval.approval_id);
  perform from millrace.live l where l.run_id = v_place.run and l.task = 0 and l.tenant_id = v_tenant for update;
  v_now := millrace.clock();
  select * into v_ask from millrace.approvals a
  where a.run_id = v_place.run and a.step = v_place.step and a.tenant_id = v_tenant for update;
  if v_ask.run_id is null or v_ask.expires_at <= v_now
     or exists (select from millrace.checkpoints c where c.run_id = v_ask.run_id and c.name = v_ask.step and c.kind in ('g', 'o')) then
    if not exists (select from millrace.runs r where r.id = v_place.run and r.tenant_id = v_tenant) then
      perform millrace.fail('MR041', format('There is no question "%s".', left(answer_approval.approval_id, 300)),
        'List those that are open with get_approvals.', json_build_object('approval_id', left(answer_approval.approval_id, 300)));
    end if;
    perform millrace.fail('MR011', format('The question "%s" is not open.', left(answer_approval.approval_id, 300)),
      'It was answered, its time is over, or its run has ended; get_approvals lists those that are open.',
      json_build_object('approval_id', left(answer_approval.approval_id, 300)));
  elsif not (v_ask.assignees = '{}' and v_ask.roles = '{}' or coalesce(options ->> 'by' = any (v_ask.assignees), false)
             or v_ask.roles && v_roles) then
    perform millrace.fail('MR042',
      format('%s was not asked this question.', coalesce(format('"%s"', options ->> 'by'), 'Somebody without a name')),
      format('It is for %s.', concat_ws(' and ', nullif(array_to_string(v_ask.assignees, ', '), ''),
             'those with the role ' || nullif(array_to_string(v_ask.roles, ', '), ''))),
      json_build_object('approval_id', left(answer_approval.approval_id, 300), 'by', options ->> 'by'));
  end if;
  delete from millrace.approvals a where a.run_id = v_ask.run_id and a.step = v_ask.step;
  perform millrace.put_signal(v_tenant, v_ask.run_id, '$approval:' || v_ask.step, '$approval:' || md5(v_ask.step),
    json_build_object('approved', answer_approval.approved, 'by', options ->> 'by', 'comment', options ->> 'comment',
                      'data', options -> 'data')::text, v_now);
  return (select j.run from millrace.run_json(v_tenant, array[v_ask.run_id]) j);
end $$;

comment on function millrace.answer_approval(text, boolean, jsonb) is 'Answers a question to people; the run that asked goes on.';
revoke execute on function millrace.answer_approval(text, boolean, jsonb) from public;
