-- execute_transitions: moves instances along transitions of their machines, in arrays. Who fails says why; the others go through.
--   p_ids  instances; null: the live one of extra's entity {machine, table, id}, or the one that the request has moved
--   p_names, p_states  the transition, or the state that it is to go to: one of the two. Of several that go there the first is taken
--          that nothing forbids
--   p_bys  who was authenticated; null: role: and the role of the session
--   p_requests  the same again gives the same answer and does nothing; who asks, and the notes, may be others then
--   p_extras  JSON or null: claimed_by, roles, notes, context, metadata (of the transition), set (merged into the entity's metadata),
--          expected_state, entity
-- All are judged by what is seen without a lock, and moved if they are still where they were seen (see move_entity). Where an instance is
-- there several times, or a transition acts, all are locked first, and moved one after the other, in the order of the arrays; what an
-- action refuses leaves nothing.
-- Returns: a row for each; problem is null, or {code, message, hint, details}: MR001, MR002, MR010 (the request was for something else),
-- MR012 (somebody moved it meanwhile, or it is not in expected_state), MR013 (not from its state, or refused), MR018 (another lives),
-- MR043, or what an action says. Raises: MR020 for more than 1,000, 22P02 for what is no JSON. Locks: the instances, ascending.
create or replace function millrace.execute_transitions(
  p_tenant int, p_ids uuid[], p_names text[], p_states text[], p_bys text[], p_requests text[], p_extras text[])
returns table (ordinal int, instance_id uuid, seq int, from_state text, to_state text, transition text, executed_at timestamptz,
  repeated boolean, problem json)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_count int := cardinality(p_ids);
  v_now   timestamptz := millrace.clock();  v_me text := millrace.session_actor();
  v_ids   uuid[];  v_order int[];  v_seen int[];  -- ascending, the places of these in the arrays, and where they stand
  v_twice boolean; v_open boolean[];  v_done int := 0;  -- which are not done, how many are
begin
  if v_count = 1 then
    return query select 1, m.* from millrace.move_entity(
      p_tenant, p_ids[1], p_names[1], p_states[1], p_bys[1], p_requests[1], p_extras[1]::jsonb, null) m;
    return;
  elsif v_count > 1000 then
    perform millrace.fail('MR020', format('%s transitions in a call are over the limit of 1,000.', v_count), 'Do them in several calls.');
  elsif array_position(p_ids, null) > 0 then
    p_ids := millrace.find_instances(p_tenant, p_ids, p_requests, p_extras);
  end if;
  select array_agg(u.id) filter (where u.id is not null), array_agg(u.n), array_agg(e.seq), count(distinct u.id) < count(u.id)
  into v_ids, v_order, v_seen, v_twice
  from (select * from unnest(p_ids) with ordinality u (id, n) order by u.id, u.n) u
  left join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant;
  v_open := array_fill(true, array[v_count]);
  if not v_twice then
    for ordinal, instance_id, seq, from_state, to_state, transition, executed_at, repeated in
      with judged as materialized (
        select e.id, e.seq, e.workflow_id, e.state, e.hash as before, a.at, t.id as transition_id, t.name, t.to_state, t.ends, t.next_ms,
          (extract(epoch from a.at - e.entered_at) * 1000)::bigint as spent_ms, coalesce(u.by, v_me) as actor, u.request,
          x.x ->> 'claimed_by' as claimed_by, x.x ->> 'notes' as notes, coalesce(nullif(x.x -> 'context', 'null'), '{}') as context,
          coalesce(nullif(x.x -> 'metadata', 'null'), '{}') as metadata, nullif(nullif(x.x -> 'set', 'null'), '{}') as changes,
          t.acts or e.completed_at is not null and not t.ends as alone
        from (select * from unnest(p_ids, p_names, p_states, p_bys, p_requests, p_extras) u (id, name, target, by, request, extra)
              order by u.id) u
        cross join lateral (select u.extra::jsonb as x offset 0) x
        join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant
        cross join lateral (select greatest(v_now, e.updated_at) as at) a  -- others may have committed since our clock was read
        cross join lateral (
          select t.* from millrace.machine_transitions t
          where t.workflow_id = e.workflow_id and t.from_state = e.state and t.name = coalesce(u.name, t.name)
            and t.to_state = coalesce(u.target, t.to_state) and (t.guards is null or millrace.guard_problem(t.guards,
              millrace.transition_scope(e, t.to_state, t.name, coalesce(u.by, v_me), x.x), e.id) is null)
          order by t.rank limit 1) t
        where (u.name is null) <> (u.target is null)
          and (millrace.is_plain(x.x, u.by, u.request) or millrace.item_problem(x.x, u.by, u.request) is null)
          and (x.x ->> 'expected_state' is null or x.x ->> 'expected_state' = e.state)
          and (x.x -> 'set' is null or octet_length((e.metadata || nullif(x.x -> 'set', 'null'))::text) <= 65536)
          and (u.request is null or not exists (
            select from millrace.entity_history h where h.instance_id = e.id and h.request = u.request))),
      moved as (
        update millrace.entities e set seq = j.seq + 1, state = j.to_state, entered_at = j.at, updated_at = j.at, timer = null,
          metadata = case when j.changes is null then e.metadata else e.metadata || j.changes end,
          completed_at = case when j.ends then j.at end, due_at = j.at + j.next_ms * interval '1 ms',
          hash = millrace.entity_hash(j.before, row(j.id, j.seq + 1, p_tenant, j.workflow_id, j.at, j.spent_ms, j.transition_id, j.state,
            j.to_state, j.name, j.actor, j.claimed_by, j.notes, j.request, j.context, j.metadata, j.changes, null)::millrace.entity_history)
        from judged j where e.id = j.id and e.seq = j.seq and not exists (select from judged a where a.alone)
        returning j.*, e.hash)
      insert into millrace.entity_history
      select m.id, m.seq + 1, p_tenant, m.workflow_id, m.at, m.spent_ms, m.transition_id, m.state, m.to_state, m.name, m.actor,
        m.claimed_by, m.notes, m.request, m.context, m.metadata, m.changes, m.hash from moved m
      returning v_order[width_bucket(instance_id, v_ids)], instance_id, seq, from_state, to_state, transition, executed_at, false
    loop
      v_open[ordinal] := false;
      v_done := v_done + 1;
      return next;
    end loop;
  end if;
  -- who came too late may hold some by now, and must not wait for lower ones: only what goes one by one is locked
  v_seen := case when v_done = v_count then null when v_twice or v_done = 0 and millrace.goes_alone(p_tenant, p_ids, p_names, p_states)
      then millrace.lock_instances(p_tenant, v_ids, v_order, v_seen)
    else array(select u.seen from unnest(v_order, v_seen) u (place, seen) order by u.place) end;
  for v_i in 1 .. case when v_done < v_count then v_count else 0 end loop
    if v_open[v_i] then
      return query select v_i, m.* from millrace.move_entity(
        p_tenant, p_ids[v_i], p_names[v_i], p_states[v_i], p_bys[v_i], p_requests[v_i], p_extras[v_i]::jsonb, v_seen[v_i]) m;
    end if;
  end loop;
  perform millrace.hint() where exists (select from millrace.idle_workers) and exists (  -- see move_entity
    select from millrace.entities e where e.id = any (p_ids) and e.due_at <= millrace.clock() + interval '1 minute');
end $$;

comment on function millrace.execute_transitions(int, uuid[], text[], text[], text[], text[], text[]) is 'Moves instances along transitions.';
revoke execute on function millrace.execute_transitions(int, uuid[], text[], text[], text[], text[], text[]) from public;
