-- migrate_entities: moves live instances of a version of a machine to another version, each to the state that the mapping names for its
-- own, else to that of the same name; completed ones stay. It is done in steps: call it again with the cursor of its answer until that is
-- null. Then a whole look found none left (after ten looks, while others keep starting some, it gives up).
--   mapping  {state of from_version: state of to_version}
--   options  tenant, dry_run (true: only counts, without steps), limit (instances of a step: 1,000, at most 1,000), cursor, by, claimed_by,
--            notes. by must be said where transitions of to_version take four eyes
-- Each is noted in its trail: a row without a transition, its metadata {"$migration": {"from", "to"}}. In a state of the same name it goes
-- on, its time and its timers count from when it came; in another it has come now. Actions of states are not done.
-- Returns: {states: [{from, to, count}], migrated, cursor, remaining}: of this step; of a dry run all, and to is null where there is no
-- target. remaining is how many are left on the old version, once the cursor is null.
-- Raises: MR001, also where a state has no target; MR040. Locks: as startable_machine, and the instances of a step, ascending.
-- Example: select millrace.migrate_entities('order', '1', '2', '{"open": "new"}', '{"dry_run": true}');
create or replace function millrace.migrate_entities(
  machine text, from_version text, to_version text, mapping jsonb default '{}', options jsonb default '{}') returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_variable
declare
  v_tenant int := millrace.check_options('migrate_entities', options,
    '{"dry_run": "any", "limit": "whole", "cursor": "text", "by": "actor", "claimed_by": "actor", "notes": "text"}');
  v_old    int := (select max(v) from unnest(millrace.machine_versions(v_tenant, machine, from_version)) v);
  v_new    int := (select max(v) from unnest(millrace.machine_versions(v_tenant, machine, to_version)) v);
  v_plan   jsonb;  -- {state: target or null}
  v_limit  int := greatest(least(coalesce((options ->> 'limit')::int, 1000), 1000), 1);
  v_place  record;
  v_states text[] := array(select s.name from millrace.machine_states s where s.workflow_id = v_old and not s.final order by s.ordinal);
  v_window uuid[] := '{}';
  v_ids    uuid[] := '{}';
  v_counts jsonb;
begin
  if options -> 'dry_run' is distinct from 'true' then
    -- of the installation's the tenant gets its copy
    v_new := coalesce((select f.id from millrace.startable_machine(v_tenant, machine, to_version) f
                       where f.stopped is distinct from 'd'), v_new);
  end if;
  v_plan := millrace.migration_plan(v_old, v_new, mapping);
  if options -> 'dry_run' = 'true' then
    return millrace.migration_count(v_tenant, machine, v_old, v_plan);
  end if;
  perform millrace.fail('MR001', format('States of version "%s" have no counterpart in version "%s": %s.', from_version, to_version,
      string_agg(s.name, ', ')), 'Name one for each in the mapping; a dry run tells how many are in them.',
    json_build_object('states', json_agg(s.name)))
  from unnest(v_states) s (name) where v_plan ->> s.name is null having count(*) > 0;
  perform millrace.fail('MR001', format('Who migrates is not known, and version "%s" has transitions that take four eyes.', to_version),
      'Give by: else nobody could do these transitions afterwards.', json_build_object('option', 'by'))
  where options ->> 'by' is null and exists (
    select from millrace.machine_transitions t where t.workflow_id = v_new and t.guards ? 'four_eyes');
  select * into v_place from millrace.read_migration(options ->> 'cursor') r;
  while v_window = '{}' and v_place.state <= cardinality(v_states) loop
    v_window := millrace.entity_window(v_tenant, null, null, array[machine], v_states[v_place.state : v_place.state], v_place.after,
      true, 10000);
    if v_window = '{}' then
      v_place.state := v_place.state + 1;
      v_place.after := '00000000-0000-0000-0000-000000000000';
    end if;
  end loop;
  v_ids := array(select e.id from unnest(v_window) w (id) join millrace.entities e on e.id = w.id
                 where e.workflow_id = v_old and e.completed_at is null order by e.id limit v_limit);
  v_counts := millrace.move_version(v_tenant, v_old, v_new, v_plan, v_ids, options);
  if v_window = '{}' and v_place.moved and v_place.look = 10 then
    return v_counts || jsonb_build_object('cursor', null, 'remaining',
      millrace.migration_count(v_tenant, machine, v_old, v_plan) -> 'remaining');
  end if;
  return v_counts || case
    when v_window <> '{}' then jsonb_build_object('cursor', format('%s.%s.%s.%s', v_place.look,
      case when v_place.moved or (v_counts ->> 'migrated')::int > 0 then 1 else 0 end, v_place.state,
      case when cardinality(v_ids) = v_limit then v_ids[v_limit] else v_window[cardinality(v_window)] end))
    -- others may have moved back to where it had been already
    when v_place.moved then jsonb_build_object('cursor', format('%s.0.1.00000000-0000-0000-0000-000000000000', v_place.look + 1))
    else jsonb_build_object('cursor', null, 'remaining', 0) end;
end $$;

comment on function millrace.migrate_entities(text, text, text, jsonb, jsonb) is 'Moves live instances to another version of their machine.';
revoke execute on function millrace.migrate_entities(text, text, text, jsonb, jsonb) from public;
