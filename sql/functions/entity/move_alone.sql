-- move_alone: writes a transition that acts, or that leaves a final state: its actions first, and if one is refused, or another instance
-- lives by then, nothing is done. The instance is locked, and judged.
--   p_row  its row of history, without the hash    p_roles  of who does it, an array, or null
-- Returns: null, or why not: {code, message, hint, details}.
drop function if exists millrace.move_alone(millrace.entity_history);
create or replace function millrace.move_alone(p_row millrace.entity_history, p_roles jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_entity millrace.entities;
  v_by     millrace.machine_transitions;
  v_before bytea;
  v_did    jsonb;
  v_key    text;
begin
  select * into v_entity from millrace.entities e where e.id = p_row.instance_id;
  select * into v_by from millrace.machine_transitions t
  where t.workflow_id = p_row.workflow_id and t.from_state = p_row.from_state and t.id = p_row.transition_id;
  v_before := v_entity.hash;
  v_entity.seq := p_row.seq;
  v_entity.state := p_row.to_state;
  v_entity.entered_at := p_row.executed_at;
  v_entity.updated_at := p_row.executed_at;
  v_entity.completed_at := case when v_by.ends then p_row.executed_at end;
  v_entity.due_at := p_row.executed_at + v_by.next_ms * interval '1 ms';
  v_entity.metadata := v_entity.metadata || coalesce(p_row.changes, '{}');
  v_entity.timer := null;
  begin
    if v_by.acts then
      v_did := millrace.perform_actions(p_row.tenant_id, p_row, v_entity, p_roles);
      if v_did ->> 'problem' is not null then
        return v_did -> 'problem';
      elsif v_did ->> 'notes' is not null then
        p_row.metadata := p_row.metadata || jsonb_build_object('$actions', v_did -> 'notes');
      end if;
    end if;
    p_row.hash := millrace.entity_hash(v_before, p_row);
    update millrace.entities e set seq = v_entity.seq, state = v_entity.state, entered_at = v_entity.entered_at,
      updated_at = v_entity.updated_at, completed_at = v_entity.completed_at, due_at = v_entity.due_at, metadata = v_entity.metadata,
      timer = null, hash = p_row.hash
    where e.id = p_row.instance_id;
    insert into millrace.entity_history select p_row.*;
    perform millrace.hint() where v_by.next_ms <= 60000;
  exception when unique_violation then
    get stacked diagnostics v_key = constraint_name;
    if v_key <> 'entities_live' then
      raise;
    end if;
    return millrace.transition_problem(p_row.tenant_id, p_row.instance_id, 'MR018', p_row.transition, p_row.to_state, p_row.executed_by,
      p_row.request, null);
  end;
  return null;
end $$;

comment on function millrace.move_alone(millrace.entity_history, jsonb) is 'Writes a transition that acts, or that leaves a final state.';
revoke execute on function millrace.move_alone(millrace.entity_history, jsonb) from public;
