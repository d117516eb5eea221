-- move_due: moves instances whose time has come by the transitions of their states that have a time (after), the shortest first; what is
-- refused is tried by the next whose time has come. Which none could move comes due again with the next that has a time, or after a pause:
-- 10 s, doubled each time, up to an hour; why, is in its timer. Whoever calls holds the instances of this tenant.
-- Locks and raises: as execute_transitions.
create or replace function millrace.move_due(p_tenant int, p_ids uuid[], p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_ids    uuid[] := p_ids;
  v_names  text[];
  v_extras text[];
  v_why    jsonb := '{}';  -- for those that were refused: [code, message]
  v_did    record;
begin
  for v_nth in 0 .. 10000 loop
    select array_agg(e.id order by e.id), array_agg(t.name order by e.id),
           array_agg(jsonb_build_object('notes', 'after ' || millrace.duration_text(t.after_ms))::text order by e.id)
    into v_ids, v_names, v_extras
    from unnest(v_ids) u (id) join millrace.entities e on e.id = u.id
    cross join lateral (
      select t.name, t.after_ms from millrace.machine_transitions t
      where t.workflow_id = e.workflow_id and t.from_state = e.state and e.entered_at + t.after_ms * interval '1 ms' <= p_now
      order by t.after_ms, t.rank offset v_nth limit 1) t;
    exit when v_ids is null;
    for v_did in
      select d.* from millrace.execute_transitions(p_tenant, v_ids, v_names, array_fill(null::text, array[cardinality(v_ids)]),
        array_fill('millrace:timer'::text, array[cardinality(v_ids)]), array_fill(null::text, array[cardinality(v_ids)]), v_extras) d
    loop
      if v_did.problem is null then
        v_ids := array_remove(v_ids, v_did.instance_id);
      else
        v_why := jsonb_set(v_why, array[v_did.instance_id::text], jsonb_build_object('code', v_did.problem ->> 'code',
          'message', concat_ws(' ', v_why #>> array[v_did.instance_id::text, 'message'], v_did.problem ->> 'message')));
      end if;
    end loop;
    exit when v_ids = '{}';
  end loop;
  update millrace.entities e
  set due_at = least(x.later, case when x.why is not null then p_now + least(10 * 2 ^ least(x.tries, 20), 3600) * interval '1 s' end),
      timer = case when x.why is null then e.timer else jsonb_build_object('tries', x.tries + 1, 'at', p_now, 'code', x.why -> 'code',
        'problem', left(x.why ->> 'message', 2000)) end
  from (select e.id, v_why -> e.id::text as why, coalesce((e.timer ->> 'tries')::int, 0) as tries,
          (select min(e.entered_at + t.after_ms * interval '1 ms') from millrace.machine_transitions t
           where t.workflow_id = e.workflow_id and t.from_state = e.state
             and e.entered_at + t.after_ms * interval '1 ms' > p_now) as later
        from unnest(p_ids) u (id) join millrace.entities e on e.id = u.id where e.due_at <= p_now) x
  where e.id = x.id;
end $$;

comment on function millrace.move_due(int, uuid[], timestamptz) is 'Moves instances whose time has come.';
revoke execute on function millrace.move_due(int, uuid[], timestamptz) from public;
