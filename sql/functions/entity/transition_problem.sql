-- transition_problem: why an instance was not moved, as {code, message, hint, details}.
--   p_code  as move_entities says    p_name, p_target  what was asked for    p_by, p_request, p_extra  by whom and with what
-- Of MR013 details.allowed has the names of the transitions (the first 100) that nothing forbids who asks with what was given,
-- details.reasons what forbids those that were asked for.
drop function if exists millrace.transition_problem(int, uuid, text, text, text, text);
create or replace function millrace.transition_problem(
  p_tenant int, p_id uuid, p_code text, p_name text, p_target text, p_by text, p_request text, p_extra jsonb) returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_row   millrace.entities;
  v_last  millrace.entity_history;
  v_what  text := left(coalesce(p_name, p_target), 140);
  v_rule  text := case when p_code = 'odd' then coalesce(millrace.item_problem(p_extra, p_by, p_request),
                                                         'MR002 the entity would have more than 64 KiB of metadata') end;
  v_code  text := coalesce(left(v_rule, 5), p_code);
  v_may   jsonb;
  v_why   jsonb;
  v_ways  text;  -- what leads from its state, and what it may have been meant
  v_bad   text;  -- of what it names: a state, a machine
  v_whose text := coalesce(p_id::text, format('of "%s" for "%s"', left(p_extra #>> '{entity,machine}', 140),
                                              left(p_extra #>> '{entity,id}', 140)), 'without an id');
begin
  select * into v_row from millrace.entities e where e.id = p_id and e.tenant_id = p_tenant;
  select * into v_last from millrace.entity_history h where h.instance_id = v_row.id and h.seq = v_row.seq;
  v_bad := case v_code when 'MR012' then millrace.unknown_state(p_tenant, v_row.machine, p_extra ->> 'expected_state')
    when 'MR043' then case when p_id is null then millrace.unknown_machine(p_tenant, p_extra #>> '{entity,machine}') end end;
  v_code := case when v_code = 'MR012' and v_bad is not null then 'MR001' else v_code end;
  select coalesce(jsonb_agg(t.name order by t.rank) filter (where g.why is null), '[]'),
    jsonb_agg(jsonb_build_object('name', t.name, 'to', t.to_state, 'reason', g.why) order by t.rank)
      filter (where g.why is not null and t.name = coalesce(p_name, t.name) and t.to_state = coalesce(p_target, t.to_state))
  into v_may, v_why
  from millrace.machine_transitions t cross join lateral (
    select millrace.guard_problem(t.guards, millrace.transition_scope(v_row, t.to_state, t.name, coalesce(p_by, millrace.session_actor()),
      p_extra), v_row.id) as why offset 0) g
  where v_code = 'MR013' and t.workflow_id = v_row.workflow_id and t.from_state = v_row.state
    and (t.rank <= 100 or t.name = p_name or t.to_state = p_target);  -- each is judged: not thousands
  v_ways := case when v_code = 'MR013' and v_why is null then (
    select concat(case when n.states is not null then format('It leaves %s. ', n.states)
        else nullif(ltrim(millrace.nearest_name(v_what, coalesce(w.meant, '{}'))) || ' ', ' ') end,
      case when w.names is null then 'Nothing leads from there.' else format('From there lead: %s%s.', w.names,
        case when w.more > 0 then format(' and %s more', w.more) end) end)
    from (select string_agg(format(case when p_name is null then '"%s" (to "%s")' else '"%s"' end, t.name, t.to_state), ', '
              order by t.rank) filter (where t.rank <= 10) as names,
            count(*) filter (where t.rank > 10) as more,
            array_agg(case when p_name is null then t.to_state else t.name end order by t.rank) as meant
          from (select m.name, m.to_state, row_number() over (order by m.rank) as rank from millrace.machine_transitions m
                where m.workflow_id = v_row.workflow_id and m.from_state = v_row.state) t) w,
      (select string_agg(format('"%s"', s.from_state), ', ' order by s.from_state) as states
       from (select distinct m.from_state from millrace.machine_transitions m
             where m.workflow_id = v_row.workflow_id and m.name = p_name order by m.from_state limit 5) s) n) end;
  return json_build_object('code', v_code,
    'message', case v_code
      when 'MR043' then coalesce(v_bad, format('There is no instance %s.', v_whose))
      when 'MR010' then format('The request "%s" was used before for something else of %s.', left(p_request, 256), p_id)
      when 'MR012' then format('%s is in the state "%s"%s it was moved there by "%s" at %s UTC.', p_id, v_row.state,
        coalesce(format(', not "%s";', left(nullif(p_extra ->> 'expected_state', v_row.state), 140)), ';'), v_last.executed_by,
        to_char(v_last.executed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
      when 'MR018' then format('"%s" of "%s" has another live instance of "%s".', v_row.entity_id, v_row.entity_table, v_row.machine)
      when 'MR013' then case when v_why is null then format('No transition %s"%s" leaves the state "%s", in which %s is.',
        case when p_name is null then 'to ' else '' end, v_what, v_row.state, p_id) else
        format('"%s" is not allowed for %s in the state "%s"%s', v_what, p_id, v_row.state, coalesce(': '
          || (select string_agg(case when jsonb_array_length(v_why) > 1 then format('"%s": ', w ->> 'name') else '' end || (w ->> 'reason'),
              ' ') from jsonb_array_elements(v_why) w), '.')) end
      else case when v_bad is not null then v_bad || ' It was given as expected_state.'
           when v_rule is null then 'A transition is asked for by its name or by the state that it goes to: one of the two.'
           else format('The transition of %s was refused: %s.', v_whose, substr(v_rule, 7)) end end,
    'hint', case v_code
      when 'MR043' then case when v_bad is not null then 'Check the name; get_machines, "millrace workflows list", shows what there is.'
        else format('Check %s; get_entities, "millrace entities list", shows what there is.',
        case when p_id is null then 'machine and id, and name the table if it is not the machine''s' else 'the id' end) end
      when 'MR010' then 'Use another key for another transition.'
      when 'MR012' then 'Look at it anew and decide again.'
      when 'MR018' then 'Complete the other one first.'
      when 'MR002' then 'Store it elsewhere and pass a reference.'
      when 'MR013' then coalesce(v_ways, 'Look at get_transitions, "millrace entities transitions", for what is allowed now.')
      else case when v_bad is null and v_rule is null then 'Give name or to_state.' else 'Correct it.' end end,
    'details', json_build_object('instance_id', p_id, 'state', v_row.state, 'expected_state', left(p_extra ->> 'expected_state', 140),
      'moved_by', v_last.executed_by, 'moved_at', v_last.executed_at, 'allowed', case v_code when 'MR013' then v_may end,
      'reason', v_why #>> '{0,reason}', 'reasons', v_why, 'rule', case when v_code = 'MR002' then 'size' end));
end $$;

comment on function millrace.transition_problem(int, uuid, text, text, text, text, text, jsonb) is 'Why an instance was not moved.';
revoke execute on function millrace.transition_problem(int, uuid, text, text, text, text, text, jsonb) from public;
