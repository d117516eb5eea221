-- start_entities: puts entities into the initial states of machines, in arrays. Sending the same again changes nothing.
--   p_machines, p_versions (null: that registered last)    p_tables  null: that of the machine's document, else the machine's name
--   p_entities  for which row of the table it is started   p_bys     who was authenticated; null: session_actor
--   p_extras  JSON or null: claimed_by, roles (actions read them), notes, context, metadata (of the entity), if_exists (fail, return: the
--             live one that is there), request (the same again is the same start; notes, and who asks, may be others then)
-- Returns: a row for each; problem is null, or {code, message, hint, details} and nothing was done for it: MR001, MR002, MR010 (the
-- request was another start), MR016, MR018 (a live one is there), MR040, or what an action of the initial state says.
-- Raises: MR020 for more than 1,000, 22P02 for what is no JSON. Locks: as startable_machine; new rows in the order of their entities.
create or replace function millrace.start_entities(
  p_tenant int, p_machines text[], p_versions text[], p_tables text[], p_entities text[], p_bys text[], p_extras text[])
returns table (ordinal int, instance_id uuid, state text, started boolean, problem json)
language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now   timestamptz;
  v_me    text := millrace.session_actor();
  v_ids   uuid[];
  v_found jsonb := '{}';  -- machines by their name and version
  v_keys  text[];         -- of each: where it is in v_found
  v_one   record;
begin
  perform millrace.fail('MR020', format('%s entities in one start are over the limit of 1,000.', cardinality(p_machines)),
    'Start them in several calls.') where cardinality(p_machines) > 1000;
  v_keys := array(select json_build_array(u.machine, u.version)::text from unnest(p_machines, p_versions) with ordinality
                  u (machine, version, n) order by u.n);
  for v_one in select distinct u.key, u.machine, u.version from unnest(v_keys, p_machines, p_versions) u (key, machine, version)
               order by u.key loop
    v_found := v_found || jsonb_build_object(v_one.key, to_jsonb(f))
    from millrace.startable_machine(p_tenant, v_one.machine, v_one.version) f;
  end loop;
  v_now := millrace.clock();
  v_ids := array(select millrace.draw_instance() from generate_series(1, cardinality(p_machines)) order by 1);
  with item as materialized (
    select v_ids[u.n] as id, k.id as workflow_id, u.machine, coalesce(u.tab, k.tab) as tab, u.entity,
      coalesce(u.by, v_me) as actor, x.x ->> 'claimed_by' as claimed_by, x.x ->> 'notes' as notes,
      x.x ->> 'request' as request, coalesce(nullif(x.x -> 'context', 'null'), '{}') as context,
      coalesce(nullif(x.x -> 'metadata', 'null'), '{}') as metadata, s.name as state, s.final,
      (select min(t.after_ms) from millrace.machine_transitions t where t.workflow_id = k.id and t.from_state = s.name) as after_ms
    from unnest(v_keys, p_machines, p_tables, p_entities, p_bys, p_extras) with ordinality u (key, machine, tab, entity, by, extra, n)
    cross join lateral (select coalesce(u.extra::jsonb, '{}') as x offset 0) x
    cross join lateral (select (f ->> 'id')::int as id, f ->> 'table' as tab from (select v_found -> u.key) y (f)
                        where f ->> 'stopped' is null and f ->> 'id' is not null) k
    join millrace.machine_states s on s.workflow_id = k.id and s.initial and s.on_enter = '[]'
    where length(coalesce(u.tab, k.tab)) between 1 and 200 and length(u.entity) between 1 and 200
      and (millrace.is_plain(x.x, u.by, x.x ->> 'request') or millrace.item_problem(x.x, u.by, x.x ->> 'request') is null)
      -- what was asked before is not asked again, even when that one is over
      and (x.x ->> 'request' is null or not exists (
        select from millrace.entities e join millrace.entity_history p on p.instance_id = e.id and p.seq = 1
        where e.tenant_id = p_tenant and e.entity_table = coalesce(u.tab, k.tab) and e.entity_id = u.entity and e.machine = u.machine
          and p.request = x.x ->> 'request')))
  insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, due_at, created_at, updated_at, completed_at, machine,
    entity_table, entity_id, state, metadata, hash)
  select i.id, p_tenant, i.workflow_id, 1, v_now, v_now + i.after_ms * interval '1 ms', v_now, v_now, case when i.final then v_now end,
    i.machine, i.tab, i.entity, i.state, i.metadata, millrace.entity_hash(millrace.entity_seed(i.machine, i.tab, i.entity),
      row(i.id, 1, p_tenant, i.workflow_id, v_now, null, null, null, i.state, null, i.actor, i.claimed_by, i.notes, i.request, i.context,
        i.metadata, null, null)::millrace.entity_history)
  from item i order by i.machine, i.tab, i.entity, i.id
  on conflict (tenant_id, machine, entity_table, entity_id) where completed_at is null do nothing;
  insert into millrace.entity_history
  select e.id, 1, p_tenant, e.workflow_id, v_now, null, null, null, e.state, null, coalesce(u.by, v_me), x.x ->> 'claimed_by',
    x.x ->> 'notes', x.x ->> 'request', coalesce(nullif(x.x -> 'context', 'null'), '{}'), e.metadata, null, e.hash
  from unnest(v_ids, p_bys, p_extras) u (id, by, extra)
  cross join lateral (select coalesce(u.extra::jsonb, '{}') as x offset 0) x
  join millrace.entities e on e.id = u.id;
  for v_one in
    select u.n, u.id, u.key, e.state from unnest(v_ids, v_keys) with ordinality u (id, key, n)
    left join millrace.entities e on e.id = u.id order by u.n
  loop
    ordinal := v_one.n;
    instance_id := v_one.id;
    state := v_one.state;
    started := true;
    problem := null;
    if v_one.state is null then
      select d.* into instance_id, state, started, problem from millrace.start_alone(p_tenant, v_one.id, v_found -> v_one.key,
        p_machines[ordinal], p_versions[ordinal], p_tables[ordinal], p_entities[ordinal], p_bys[ordinal], p_extras[ordinal]::jsonb) d;
    end if;
    return next;
  end loop;
  -- an idle worker asks again within a minute by itself
  perform millrace.hint() where exists (select from millrace.idle_workers) and exists (
    select from millrace.entities e where e.id = any (v_ids) and e.due_at <= millrace.clock() + interval '1 minute');
end $$;

comment on function millrace.start_entities(int, text[], text[], text[], text[], text[], text[]) is 'Puts entities into the initial states of machines.';
revoke execute on function millrace.start_entities(int, text[], text[], text[], text[], text[], text[]) from public;
