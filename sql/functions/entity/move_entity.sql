-- move_entity: moves one instance along a transition of its machine. It is judged by what is seen without a lock, and moved if it is
-- still where it was seen: so a guard sees what it decides on. Arguments as those of execute_transitions, for one.
--   p_seen  where it was before it was locked, if it is not there any more; null: judge by what is there
-- Returns: what was done; or problem, {code, message, hint, details}. Locks: the instance.
create or replace function millrace.move_entity(p_tenant int, p_id uuid, p_name text, p_state text, p_by text, p_request text,
  p_extra jsonb, p_seen int, out instance_id uuid, out seq int, out from_state text, out to_state text, out transition text,
  out executed_at timestamptz, out repeated boolean, out problem json)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_variable
declare
  v_code     text;
  v_seq      int;      v_workflow int;    v_before  bytea;    v_spent bigint;  v_by text;
  v_id       uuid;     v_acts  boolean;   v_ends boolean;   v_next bigint;  -- of the transition
  v_claimed  text;     v_notes text;      v_context jsonb;  v_metadata jsonb;  v_changes jsonb;
  v_hash     bytea;    v_row   millrace.entity_history;
begin
  if p_id is null then
    p_id := (millrace.find_instances(p_tenant, array[p_id], array[p_request], array[p_extra::text]))[1];
  end if;
  -- all in one statement: in a transaction of one call, each expression more is set up anew
  select p_id, e.seq, e.seq + 1, e.workflow_id, e.state, e.hash, a.at, (extract(epoch from a.at - e.entered_at) * 1000)::bigint,
    coalesce(p_by, millrace.session_actor()), t.id, t.name, t.to_state, t.ends, t.next_ms, p_extra ->> 'claimed_by', p_extra ->> 'notes',
    coalesce(nullif(p_extra -> 'context', 'null'), '{}'), coalesce(nullif(p_extra -> 'metadata', 'null'), '{}'),
    nullif(nullif(p_extra -> 'set', 'null'), '{}'), false, case
      when e.id is null then 'MR043'
      when (p_name is null) = (p_state is null) then 'MR001'
      when not millrace.is_plain(p_extra, p_by, p_request) and (millrace.item_problem(p_extra, p_by, p_request) is not null
        or octet_length((e.metadata || nullif(p_extra -> 'set', 'null'))::text) > 65536) then 'odd'
      when p_request is not null and exists (
        select from millrace.entity_history h where h.instance_id = p_id and h.request = p_request) then 'same'
      when p_seen <> e.seq or p_extra ->> 'expected_state' <> e.state then 'MR012'
      when t.id is null then 'MR013'
      when t.acts or e.completed_at is not null and not t.ends then 'alone' end
  into instance_id, v_seq, seq, v_workflow, from_state, v_before, executed_at, v_spent, v_by, v_id, transition, to_state, v_ends, v_next,
    v_claimed, v_notes, v_context, v_metadata, v_changes, repeated, v_code
  from (select millrace.clock() as now) c
  left join millrace.entities e on e.id = p_id and e.tenant_id = p_tenant
  left join lateral (
    select t.id, t.name, t.to_state, t.acts, t.ends, t.next_ms from millrace.machine_transitions t
    where t.workflow_id = e.workflow_id and t.from_state = e.state and t.name = coalesce(p_name, t.name)
      and t.to_state = coalesce(p_state, t.to_state) and (t.guards is null or millrace.guard_problem(
        t.guards, millrace.transition_scope(e, t.to_state, t.name, coalesce(p_by, millrace.session_actor()), p_extra), e.id) is null)
    order by t.rank limit 1) t on true
  cross join lateral (select greatest(c.now, e.updated_at) as at) a;  -- others may have committed since our clock was read
  if v_code is null then
    update millrace.entities e set seq = v_seq + 1, state = to_state, entered_at = executed_at, updated_at = executed_at,
      completed_at = case when v_ends then executed_at end, due_at = executed_at + v_next * interval '1 ms', timer = null,
      metadata = case when v_changes is null then e.metadata else e.metadata || v_changes end,
      hash = millrace.entity_hash(v_before, row(p_id, v_seq + 1, p_tenant, v_workflow, executed_at, v_spent, v_id, from_state, to_state,
        transition, v_by, v_claimed, v_notes, p_request, v_context, v_metadata, v_changes, null)::millrace.entity_history)
    where e.id = p_id and e.seq = v_seq
    returning e.hash into v_hash;
    if v_hash is not null then
      insert into millrace.entity_history values (p_id, seq, p_tenant, v_workflow, executed_at, v_spent, v_id, from_state, to_state,
        transition, v_by, v_claimed, v_notes, p_request, v_context, v_metadata, v_changes, v_hash);
      if v_next <= 60000 then  -- an idle worker asks again within a minute by itself
        perform millrace.hint() where exists (select from millrace.idle_workers);
      end if;
      return;
    end if;
    v_code := 'lost';
  end if;
  if v_code = 'alone' then
    perform from millrace.entities e where e.id = p_id and e.seq = v_seq order by e.id for update;
    v_code := case when found then 'alone' else 'lost' end;
  end if;
  if v_code in ('same', 'lost', 'alone') then
    v_row := row(p_id, seq, p_tenant, v_workflow, executed_at, v_spent, v_id, from_state, to_state, transition, v_by, v_claimed, v_notes,
      p_request, v_context, v_metadata, v_changes, null);
    if v_code = 'alone' then
      problem := millrace.move_alone(v_row, p_extra -> 'roles');
      perform millrace.hint() where problem is null and v_next <= 60000 and exists (select from millrace.idle_workers);
    else
      select d.* into repeated, seq, from_state, to_state, transition, executed_at, problem
      from millrace.repeated_transition(v_row, p_name, p_state) d;
    end if;
  else
    problem := millrace.transition_problem(p_tenant, p_id, v_code, p_name, p_state, p_by, p_request, p_extra);
  end if;
end $$;

comment on function millrace.move_entity(int, uuid, text, text, text, text, jsonb, int) is 'Moves one instance along a transition.';
revoke execute on function millrace.move_entity(int, uuid, text, text, text, text, jsonb, int) from public;
