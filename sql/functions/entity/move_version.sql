-- move_version: moves instances to another version of their machine, those of them that are live and on the old one.
--   p_plan  {state: target}    p_options  by, claimed_by, notes
-- Returns: {states: [{from, to, count}], migrated}. Locks: the instances, ascending.
create or replace function millrace.move_version(p_tenant int, p_old int, p_new int, p_plan jsonb, p_ids uuid[], p_options jsonb)
returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz;
  v_rows millrace.entity_history[];
begin
  perform from millrace.entities e where e.id = any (p_ids) and e.tenant_id = p_tenant order by e.id for update;
  v_now := millrace.clock();
  -- by the state in which they are now that they are locked
  select array_agg(r) into v_rows
  from millrace.entities e
  cross join lateral (select p_plan ->> e.state as target, greatest(v_now, e.updated_at) as at) t  -- the clock may have been set back
  cross join lateral jsonb_populate_record(null::millrace.entity_history, jsonb_build_object(
    'instance_id', e.id, 'seq', e.seq + 1, 'tenant_id', p_tenant, 'workflow_id', p_new, 'executed_at', t.at,
    'spent_ms', case when t.target <> e.state then floor(extract(epoch from t.at - e.entered_at) * 1000)::bigint end,
    'from_state', e.state, 'to_state', t.target, 'executed_by', coalesce(p_options ->> 'by', millrace.session_actor()),
    'claimed_by', p_options ->> 'claimed_by', 'notes', p_options ->> 'notes', 'context', '{}'::jsonb,
    'metadata', jsonb_build_object('$migration', jsonb_build_object(
      'from', (select w.version from millrace.workflows w where w.id = p_old),
      'to', (select w.version from millrace.workflows w where w.id = p_new))))) r
  where e.id = any (p_ids) and e.tenant_id = p_tenant and e.workflow_id = p_old and e.completed_at is null and t.target is not null;
  insert into millrace.entity_history
  select x.* from unnest(v_rows) r join millrace.entities e on e.id = r.instance_id
  cross join lateral jsonb_populate_record(r, jsonb_build_object('hash', millrace.entity_hash(e.hash, r))) x;
  update millrace.entities e set workflow_id = p_new, seq = h.seq, hash = h.hash, state = h.to_state, updated_at = h.executed_at,
    timer = null, entered_at = s.entered, completed_at = case when s.final then h.executed_at end,
    due_at = s.entered + interval '1 ms' * (select min(t.after_ms) from millrace.machine_transitions t
                                            where t.workflow_id = p_new and t.from_state = h.to_state)
  from unnest(v_rows) r
  join millrace.entity_history h on h.instance_id = r.instance_id and h.seq = r.seq
  join millrace.entities b on b.id = r.instance_id
  cross join lateral (
    select m.final, case when h.from_state = h.to_state then b.entered_at else h.executed_at end as entered
    from millrace.machine_states m where m.workflow_id = p_new and m.name = h.to_state) s
  where e.id = r.instance_id;
  return (
    select jsonb_build_object('states', coalesce(jsonb_agg(jsonb_build_object('from', x.from_state, 'to', x.to_state, 'count', x.count)
      order by x.from_state), '[]'), 'migrated', coalesce(sum(x.count), 0))
    from (select r.from_state, r.to_state, count(*) as count from unnest(v_rows) r group by r.from_state, r.to_state) x);
end $$;

comment on function millrace.move_version(int, int, int, jsonb, uuid[], jsonb) is 'Moves instances to another version of their machine.';
revoke execute on function millrace.move_version(int, int, int, jsonb, uuid[], jsonb) from public;
