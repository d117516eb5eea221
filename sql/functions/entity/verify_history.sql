-- verify_history: whether the trail of an instance is whole: numbers without gaps, each row joined to that before it by its hash and its
-- state, the first to the entity, and the instance standing where its rows say, since when, with the metadata that they have given it.
--   instance_id  null where options say which    options  tenant, entity ({machine, id, table})
-- Returns: {ok, rows, seq, problem}: seq is the first place that is wrong. Raises: MR001, MR043.
create or replace function millrace.verify_history(instance_id uuid, options jsonb default '{}') returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_variable
declare
  v_tenant int := millrace.check_options('verify_history', options, '{"entity": "any"}');
  v_row    millrace.entities;
  v_bad    record;
  v_rows   int;
begin
  select * into v_row from millrace.entities e where e.id = millrace.find_entity(v_tenant, instance_id, options -> 'entity');
  v_rows := (select count(*) from millrace.entity_history h where h.instance_id = v_row.id);
  select x.seq, x.problem into v_bad from (
    select h.n as seq, case
      when h.seq <> h.n then 'a row is missing'
      when h.hash <> h.again then 'the row is not what was written'
      when h.from_state is distinct from h.before then 'it does not follow the row before it' end as problem
    from (
      select h.seq, h.hash, h.from_state, row_number() over w as n, lag(h.to_state) over w as before,
        millrace.entity_hash(coalesce(lag(h.hash) over w, millrace.entity_seed(v_row.machine, v_row.entity_table, v_row.entity_id)),
          h) as again
      from millrace.entity_history h where h.instance_id = v_row.id window w as (order by h.seq)) h
    union all
    select v_row.seq, 'the instance does not stand where its last row says'
    where not exists (select from millrace.entity_history h where h.instance_id = v_row.id and h.seq = v_row.seq and h.hash = v_row.hash
                        and h.to_state = v_row.state and h.workflow_id = v_row.workflow_id) or v_rows <> v_row.seq
    union all
    select v_row.seq, 'since when the instance stands where it does, or whether it has ended, is not what its rows say'
    from millrace.entity_history h
    join millrace.machine_states s on s.workflow_id = h.workflow_id and s.name = h.to_state
    where h.instance_id = v_row.id and h.seq = v_row.seq and (v_row.updated_at <> h.executed_at
      or v_row.completed_at is distinct from case when s.final then h.executed_at end
      -- a migration to a state of the same name has no time spent: the entity is there since it came
      or (v_row.entered_at, v_row.created_at) <> (
        select (array_agg(o.executed_at order by o.seq desc) filter (where o.seq = 1 or o.spent_ms is not null))[1],
               (array_agg(o.executed_at order by o.seq))[1]
        from millrace.entity_history o where o.instance_id = v_row.id))
    union all
    select v_row.seq, 'the metadata of the instance is not what its rows have made of it'
    where v_row.metadata is distinct from (  -- of two values of a key the later stays
      select coalesce(jsonb_object_agg(m.key, m.value order by h.seq), '{}')
      from millrace.entity_history h
      cross join lateral jsonb_each(case h.seq when 1 then h.metadata - '$actions' else h.changes end) m
      where h.instance_id = v_row.id)) x
  where x.problem is not null order by x.seq limit 1;
  return jsonb_build_object('ok', v_bad.seq is null, 'rows', v_rows, 'seq', v_bad.seq, 'problem', v_bad.problem);
end $$;

comment on function millrace.verify_history(uuid, jsonb) is 'Whether the trail of an instance is whole.';
revoke execute on function millrace.verify_history(uuid, jsonb) from public;
