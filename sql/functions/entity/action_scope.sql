-- action_scope: what the actions of a transition may read, as guards do but for the roles of who did it, which are kept nowhere.
--   p_row  the row of history that is to be written    p_entity  as it will be after the move
create or replace function millrace.action_scope(p_row millrace.entity_history, p_entity millrace.entities) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('metadata', p_entity.metadata, 'context', p_row.context, 'by', p_row.executed_by, 'notes', p_row.notes,
    'entity', jsonb_build_object('machine', p_entity.machine, 'table', p_entity.entity_table, 'id', p_entity.entity_id,
      'instance_id', p_row.instance_id, 'state', p_row.to_state, 'metadata', p_entity.metadata),
    'transition', jsonb_build_object('name', p_row.transition, 'from', p_row.from_state, 'to', p_row.to_state, 'by', p_row.executed_by,
      'notes', p_row.notes, 'context', p_row.context))
$$;

comment on function millrace.action_scope(millrace.entity_history, millrace.entities) is 'What the actions of a transition may read.';
revoke execute on function millrace.action_scope(millrace.entity_history, millrace.entities) from public;
