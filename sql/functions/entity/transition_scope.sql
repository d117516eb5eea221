-- transition_scope: what the guards and actions of a transition may look at. No part of the statements that call it: most transitions
-- have no guards, and to set up its expression for nothing would cost each of them.
--   p_extra  what the caller gave: context, metadata (of the transition), notes, roles
create or replace function millrace.transition_scope(p_entity millrace.entities, p_to text, p_name text, p_by text, p_extra jsonb)
returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object('metadata', p_entity.metadata, 'context', coalesce(nullif(p_extra -> 'context', 'null'), '{}'),
    'call_metadata', coalesce(nullif(p_extra -> 'metadata', 'null'), '{}'), 'by', p_by, 'notes', p_extra -> 'notes',
    'roles', coalesce(nullif(p_extra -> 'roles', 'null'), '[]'),
    'transition', jsonb_build_object('name', p_name, 'from', p_entity.state, 'to', p_to, 'by', p_by, 'notes', p_extra -> 'notes',
      'context', coalesce(nullif(p_extra -> 'context', 'null'), '{}')),
    'entity', jsonb_build_object('machine', p_entity.machine, 'table', p_entity.entity_table, 'id', p_entity.entity_id,
      'instance_id', p_entity.id, 'state', p_entity.state, 'metadata', p_entity.metadata));
end $$;

comment on function millrace.transition_scope(millrace.entities, text, text, text, jsonb) is 'What guards and actions may look at.';
revoke execute on function millrace.transition_scope(millrace.entities, text, text, text, jsonb) from public;
