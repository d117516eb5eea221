-- get_transitions: the transitions of the state that an instance is in, and whether each is allowed now for who asks, and why not.
--   instance_id  null where options say which
--   options      tenant, entity ({machine, id, table}: its live instance, else the last); who would ask for it, and what with: by (default:
--                session_actor), roles, notes, context, metadata
-- Returns: them in the order in which they are tried; reason, a sentence, where allowed is false; not_enforced, the keys of
-- transition_conditions that are shown and not enforced. None for a state that nothing leaves.
-- Raises: MR001, MR043 if there is no such instance.
-- Example: select transition_name, allowed, reason from millrace.get_transitions('…', '{"by": "ada", "roles": ["clerk"]}');
create or replace function millrace.get_transitions(instance_id uuid, options jsonb default '{}')
returns table (transition_id uuid, transition_name text, to_state_name text, to_state_metadata jsonb, transition_context jsonb,
  transition_conditions jsonb, allowed boolean, reason text, not_enforced text[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  v_tenant int := millrace.check_options('get_transitions', options,
    '{"entity": "any", "by": "actor", "roles": "texts", "notes": "text", "context": "any", "metadata": "any"}');
begin
  if exists (select from jsonb_each(options) o
             where o.key in ('metadata', 'context') and jsonb_typeof(o.value) not in ('object', 'null')) then
    perform millrace.fail('MR001', 'metadata and context must be objects.', 'Give them as JSON objects.');
  end if;
  return query select t.transition_id, t.transition_name, t.to_state_name, t.to_state_metadata, t.transition_context,
    t.transition_conditions, t.allowed, t.reason, t.not_enforced
  from millrace.transitions_of(v_tenant, array[millrace.find_entity(v_tenant, instance_id, options -> 'entity')],
    coalesce(options ->> 'by', millrace.session_actor()), options) t;
end $$;

comment on function millrace.get_transitions(uuid, jsonb) is 'The transitions of the state that an instance is in, and which are allowed.';
revoke execute on function millrace.get_transitions(uuid, jsonb) from public;
