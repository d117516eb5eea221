-- get_transitions: where an instance may go from its state, and for each way whether the token's bearer may take it now, and why not.
-- As millrace.get_transitions does, for the tenant of the token.
create or replace function api.get_transitions(instance_id uuid, options jsonb default '{}')
returns table (transition_id uuid, transition_name text, to_state_name text, to_state_metadata jsonb, transition_context jsonb,
  transition_conditions jsonb, allowed boolean, reason text, not_enforced text[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_detail text;
  v_hint   text;
begin
  return query
  select t.transition_id, t.transition_name, t.to_state_name, t.to_state_metadata, t.transition_context, t.transition_conditions,
         t.allowed, t.reason, t.not_enforced
  from millrace.get_transitions(get_transitions.instance_id,
    millrace.caller_options('get_transitions', get_transitions.options, array['by', 'roles'])) t;
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_transitions(uuid, jsonb) is 'Where an entity may go, and whether you may move it there now.';
revoke execute on function api.get_transitions(uuid, jsonb) from public;
