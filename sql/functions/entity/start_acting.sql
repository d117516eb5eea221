-- start_acting: puts one entity into an initial state that does something when it is entered. What an action refuses leaves nothing.
--   p_row  its first row of history, without the hash    p_roles  of who starts it, an array, or null
-- Returns: null, or why not. Locks: its new row.
drop function if exists millrace.start_acting(millrace.entity_history, text, text, text);
create or replace function millrace.start_acting(
  p_row millrace.entity_history, p_machine text, p_table text, p_entity text, p_roles jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_made millrace.entities;
  v_did  jsonb;
begin
  begin
    -- first: who comes second waits here, and acts not at all; its hash follows what the actions have to say
    insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, due_at, created_at, updated_at, completed_at, machine,
      entity_table, entity_id, state, metadata, hash)
    select p_row.instance_id, p_row.tenant_id, p_row.workflow_id, 1, p_row.executed_at, p_row.executed_at + interval '1 ms' * (
        select min(t.after_ms) from millrace.machine_transitions t where t.workflow_id = p_row.workflow_id and t.from_state = s.name),
      p_row.executed_at, p_row.executed_at, case when s.final then p_row.executed_at end, p_machine, p_table, p_entity, s.name,
      p_row.metadata, ''
    from millrace.machine_states s where s.workflow_id = p_row.workflow_id and s.name = p_row.to_state
    on conflict (tenant_id, machine, entity_table, entity_id) where completed_at is null do nothing
    returning * into v_made;
    if v_made.id is null then
      return millrace.start_problem('MR018', p_machine, null, p_table, p_entity, (
        select e.id from millrace.entities e where e.tenant_id = p_row.tenant_id and e.machine = p_machine and e.entity_table = p_table
          and e.entity_id = p_entity and e.completed_at is null));
    end if;
    v_did := millrace.perform_actions(p_row.tenant_id, p_row, v_made, p_roles);
    if v_did ->> 'problem' is not null then
      raise exception using errcode = 'MR000', message = 'refused';
    elsif v_did ->> 'notes' is not null then
      p_row.metadata := p_row.metadata || jsonb_build_object('$actions', v_did -> 'notes');
    end if;
    p_row.hash := millrace.entity_hash(millrace.entity_seed(p_machine, p_table, p_entity), p_row);
    update millrace.entities e set hash = p_row.hash where e.id = p_row.instance_id;
    insert into millrace.entity_history select p_row.*;
  exception when sqlstate 'MR000' then
    return v_did -> 'problem';
  end;
  return null;
end $$;

comment on function millrace.start_acting(millrace.entity_history, text, text, text, jsonb) is 'Puts one entity into a state that acts.';
revoke execute on function millrace.start_acting(millrace.entity_history, text, text, text, jsonb) from public;
