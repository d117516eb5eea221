-- action_scope: what the actions of a transition may read: what its guards do (transition_scope), after the move.
--   p_row    the row of history that is to be written    p_entity  as it will be after the move
--   p_roles  of who does it: the trail does not keep them
drop function if exists millrace.action_scope(millrace.entity_history, millrace.entities);
create or replace function millrace.action_scope(p_row millrace.entity_history, p_entity millrace.entities, p_roles jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('metadata', p_entity.metadata, 'context', p_row.context, 'by', p_row.executed_by, 'notes', p_row.notes,
    'call_metadata', p_row.metadata, 'roles', coalesce(nullif(p_roles, 'null'), '[]'),
    'entity', jsonb_build_object('machine', p_entity.machine, 'table', p_entity.entity_table, 'id', p_entity.entity_id,
      'instance_id', p_row.instance_id, 'state', p_row.to_state, 'metadata', p_entity.metadata),
    'transition', jsonb_build_object('name', p_row.transition, 'from', p_row.from_state, 'to', p_row.to_state, 'by', p_row.executed_by,
      'notes', p_row.notes, 'context', p_row.context))
$$;

comment on function millrace.action_scope(millrace.entity_history, millrace.entities, jsonb) is 'What the actions of a transition may read.';
revoke execute on function millrace.action_scope(millrace.entity_history, millrace.entities, jsonb) from public;
