-- execute_transition: moves an instance to another state. Who moves it, and in which roles, the token says: its sub, and its roles;
-- executed_by is kept beside that as claimed_by. As millrace.transition does, for the tenant of the token.
--   options  name (of the transition, instead of to_state), expected_state, set, idempotency_key
-- Returns: {instance_id, seq, from, to, name, executed_at, repeated}.
create or replace function api.execute_transition(instance_id uuid default null, to_state text default null,
  executed_by text default null, metadata jsonb default null, notes text default null, context jsonb default null,
  options jsonb default '{}')
returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_given  jsonb := jsonb_strip_nulls(jsonb_build_object('to_state', execute_transition.to_state,
                      'claimed_by', execute_transition.executed_by, 'notes', execute_transition.notes))
                    || case when execute_transition.metadata is null then '{}'
                            else jsonb_build_object('metadata', execute_transition.metadata) end
                    || case when execute_transition.context is null then '{}'
                            else jsonb_build_object('context', execute_transition.context) end;
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('execute_transition', execute_transition.instance_id::text);
  perform millrace.fail('MR001', 'No instance is named.', 'Give instance_id.') where execute_transition.instance_id is null;
  return millrace.transition(execute_transition.instance_id,
    millrace.caller_options('execute_transition', execute_transition.options, array['by', 'roles']) || v_given);
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.execute_transition(uuid, text, text, jsonb, text, jsonb, jsonb) is 'Moves an entity to another state of its machine.';
revoke execute on function api.execute_transition(uuid, text, text, jsonb, text, jsonb, jsonb) from public;
