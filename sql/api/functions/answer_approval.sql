-- answer_approval: answers a question; the run that asked goes on. Who answers, and with which roles, the token says: its sub, and
-- its roles, an array of texts. As millrace.answer_approval does, for the tenant of the token.
create or replace function api.answer_approval(approval_id text, approved boolean, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('answer_approval', answer_approval.approval_id);
  return millrace.answer_approval(answer_approval.approval_id, answer_approval.approved,
    millrace.caller_options('answer_approval', answer_approval.options, array['by', 'roles']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.answer_approval(text, boolean, jsonb) is 'Answers a question to people; the run that asked goes on.';
revoke execute on function api.answer_approval(text, boolean, jsonb) from public;
