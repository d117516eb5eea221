-- perform_actions: does what a transition has to do, in its transaction: the actions of leaving the state, of the transition, and of
-- entering the new one, in that order; of a start those of entering. All of them, or none.
--   p_row    the row of history that is to be written, without its hash    p_entity  as it will be after the move
--   p_roles  of who does it, an array, or null
-- Returns: {"notes": [{on, start | signal | webhook, run_id, skipped}]}, null if there was nothing to do; or {"problem": {code, message,
-- hint, details}}: MR013 with the action and its cause, and nothing was done.
-- Raises: what passes, or is nothing of the actions (a deadlock, a lock that was waited for too long).
-- Locks: as start_workflow, send_signals and post_delivery, one action after the other.
drop function if exists millrace.perform_actions(int, millrace.entity_history, millrace.entities);
create or replace function millrace.perform_actions(
  p_tenant int, p_row millrace.entity_history, p_entity millrace.entities, p_roles jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_scope jsonb := millrace.action_scope(p_row, p_entity, p_roles);
  v_notes jsonb := '[]';
  v_nth   int := 0;
  v_one   record;
  v_what  text;
  v_text  text;
  v_hint  text;
begin
  for v_one in
    select x.moment, x.whose, a.body
    from (select 1, 'leave', format(' on leaving "%s"', p_row.from_state), s.on_leave from millrace.machine_states s
          where s.workflow_id = p_row.workflow_id and s.name = p_row.from_state
          union all
          select 2, 'transition', '', t.actions from millrace.machine_transitions t
          where t.workflow_id = p_row.workflow_id and t.from_state = p_row.from_state and t.id = p_row.transition_id
          union all
          select 3, 'enter', format(' on entering "%s"', p_row.to_state), s.on_enter from millrace.machine_states s
          where s.workflow_id = p_row.workflow_id and s.name = p_row.to_state) x (part, moment, whose, list),
    lateral jsonb_array_elements(x.list) with ordinality a (body, i)
    order by x.part, a.i
  loop
    v_nth := v_nth + 1;
    v_what := (select format('the %s of "%s"%s', k, left(v_one.body ->> k, 128), v_one.whose)
               from unnest(array['start', 'signal', 'webhook']) k where v_one.body ->> k is not null limit 1);
    v_notes := v_notes || (jsonb_build_object('on', v_one.moment)
      || millrace.perform_action(p_tenant, v_one.body, v_scope, format('entity:%s:%s:%s', p_row.instance_id, p_row.seq, v_nth)));
  end loop;
  return case when v_nth > 0 then jsonb_build_object('notes', v_notes) end;
exception when others then
  if sqlstate ~ '^(08|40|53|55|57|58|XX)' then
    raise;
  end if;
  get stacked diagnostics v_text = message_text, v_hint = pg_exception_hint;
  return jsonb_build_object('problem', jsonb_build_object('code', 'MR013',
    'message', format('%s: %s cannot be done: %s', case when p_row.transition is null
        then format('"%s" of "%s" cannot be in "%s"', p_entity.entity_id, p_entity.entity_table, p_row.to_state)
        else format('"%s" is not allowed for %s in the state "%s"', p_row.transition, p_row.instance_id, p_row.from_state) end,
      v_what, v_text),
    'hint', coalesce(nullif(v_hint, ''), 'Correct what it names, or put a version of the machine without that action.'),
    'details', jsonb_build_object('instance_id', p_row.instance_id, 'state', p_row.from_state, 'action',
      jsonb_strip_nulls(jsonb_build_object('on', v_one.moment, 'start', v_one.body -> 'start', 'signal', v_one.body -> 'signal',
        'webhook', v_one.body -> 'webhook')),
      'reason', format('%s cannot be done: %s', v_what, v_text), 'cause', jsonb_build_object('code', sqlstate, 'message', v_text))));
end $$;

comment on function millrace.perform_actions(int, millrace.entity_history, millrace.entities, jsonb) is 'Does what a transition has to do.';
revoke execute on function millrace.perform_actions(int, millrace.entity_history, millrace.entities, jsonb) from public;
