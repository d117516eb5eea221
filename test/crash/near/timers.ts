import { type NearMutant, near } from './near-mutant.ts'

const timers = [
  ...near(
    'entity/work_entities.sql',
    'work-entities',
    [
      'a timer fires a moment early',
      'v_now      timestamptz := millrace.clock();',
      "v_now      timestamptz := millrace.clock() + interval '1 ms';",
    ],
    ['who is due is waited for', 'limit p_most for update skip locked', 'limit p_most for update'],
    ['as many as there are', 'limit p_most for update', 'for update'],
    [
      'those of a suspended tenant move',
      'and coalesce(t.suspended_at, t.deleting_at) is not null order by t.id);\n  -- a',
      'and false order by t.id);\n  -- a',
    ],
    ['a resume does not wait', 'order by t.id for share skip locked);', 'order by t.id);'],
    [
      'who resumes is waited for',
      'order by t.id for share skip locked);',
      'order by t.id for share);',
    ],
    ['while somebody is at a tenant its entities rest', 'if v_all <> v_shut then', 'if false then'],
    ['those of a suspended tenant do not rest', "if v_shut <> '{}' then", 'if false then'],
    [
      'who holds what an action needs is waited for',
      "set_config('lock_timeout', '50', true)",
      "set_config('lock_timeout', '0', true)",
    ],
    [
      'patience stays short',
      "set_config('lock_timeout', v_patience, true)",
      "set_config('lock_timeout', '50', true)",
    ],
    [
      'what passes waits as long as what does not',
      "when sqlstate ~ '^(40|55|57)' then",
      'when false then',
    ],
    ['what failed comes again at once', 'set due_at = v_now + ', 'set due_at = v_now + 0 * '],
    [
      'one that fails fails all',
      'perform millrace.move_due(v_of.tenant, array[v_id], v_now);',
      'perform millrace.move_due(v_of.tenant, v_of.ids, v_now);',
    ],
    ['failures are not counted', "'tries', x.tries + 1", "'tries', 1"],
    [
      'pauses grow beyond an hour',
      'least(10 * 2 ^ least(x.tries, 20), 3600)',
      '10 * 2 ^ least(x.tries, 20)',
    ],
    ['who is due is not told', "case when v_ids = '{}' then 100 else 0 end", '100'],
    ['who is held is asked for without a pause', "case when v_ids = '{}' then 100 else 0 end", '0'],
    [
      'the next is told a moment late',
      'ceil(extract(epoch from e.due_at - v_now) * 1000)',
      '1000 + ceil(extract(epoch from e.due_at - v_now) * 1000)',
    ],
    [
      'no idle worker hears of what is due next',
      'perform millrace.hint() where v_ids',
      'perform millrace.hint() where false and v_ids',
    ],
  ),
  ...near(
    'entity/move_due.sql',
    'work-entities',
    [
      'the longer goes a moment early',
      "e.entered_at + t.after_ms * interval '1 ms' <= p_now\n",
      "e.entered_at + t.after_ms * interval '1 ms' <= p_now + interval '1 ms'\n",
    ],
    [
      'timers go in the order of the document',
      'order by t.after_ms, t.rank offset',
      'order by t.rank offset',
    ],
    ['timers of other states count', 't.from_state = e.state and e.entered_at', 'e.entered_at'],
    ['no other is tried', 'offset v_nth limit 1', 'offset 0 limit 1'],
    ['the longer does not come', 'set due_at = least(x.later, ', 'set due_at = greatest(null, '],
    [
      'who was refused does not come again',
      'when x.why is not null then p_now',
      'when false then p_now',
    ],
    ['refusals are not counted', "'tries', x.tries + 1", "'tries', 1"],
    [
      'pauses of refused ones grow beyond an hour',
      'least(10 * 2 ^ least(x.tries, 20), 3600)',
      '10 * 2 ^ least(x.tries, 20)',
    ],
    [
      'only the last reason is told',
      "'message', concat_ws(' ', v_why #>> array[v_did.instance_id::text, 'message'], v_did.problem ->> 'message')",
      "'message', v_did.problem ->> 'message'",
    ],
  ),
]

const versions = [
  ...near(
    'entity/migrate_entities.sql',
    'migrate-entities',
    ['a dry run moves', "if options -> 'dry_run' = 'true' then", 'if false then'],
    ['states without a target stay', 'having count(*) > 0', 'having false'],
    [
      'a step goes over what it left',
      'case when cardinality(v_ids) = v_limit then v_ids[v_limit] else',
      'case when false then null else',
    ],
    [
      'one look is enough',
      'when v_place.moved then jsonb_build_object',
      'when false then jsonb_build_object',
    ],
    ['looks never end', 'v_place.look = 10', 'v_place.look = 99'],
    ['only the first state moves', 'v_place.state := v_place.state + 1', 'v_place.state := 10000'],
    [
      'what moved is forgotten',
      "case when v_place.moved or (v_counts ->> 'migrated')::int > 0",
      "case when (v_counts ->> 'migrated')::int > 0",
    ],
  ),
  ...near(
    'entity/move_version.sql',
    'migrate-entities',
    ['a migration locks nothing', 'order by e.id for update;', 'order by e.id;'],
    ['who is on another version moves', 'and e.workflow_id = p_old and', 'and'],
    ['who has ended moves', 'and e.completed_at is null and', 'and'],
    ['a migration sets a trail back', 'greatest(v_now, e.updated_at)', 'v_now'],
    [
      'a migration keeps no time',
      "'spent_ms', case when t.target <> e.state then",
      "'spent_ms', case when false then",
    ],
    [
      'in the same state time begins anew',
      'case when h.from_state = h.to_state then b.entered_at else h.executed_at end',
      'h.executed_at',
    ],
    [
      'in another state time goes on',
      'case when h.from_state = h.to_state then b.entered_at else h.executed_at end',
      'b.entered_at',
    ],
    [
      'a migration into a final state does not end',
      'completed_at = case when s.final then h.executed_at end',
      'completed_at = null',
    ],
    [
      'a migration sets no timer',
      "due_at = s.entered + interval '1 ms'",
      "due_at = null::timestamptz + interval '1 ms'",
    ],
    ['timers of all states count', ' and t.from_state = h.to_state', ''],
    ['how the timer of the old version stood stays', 'timer = null, entered_at', 'entered_at'],
    ['a hash of a migration follows nothing', 'entity_hash(e.hash, r)', "entity_hash('', r)"],
  ),
  ...near(
    'entity/migration_plan.sql',
    'migrate-entities',
    ['the same version is another', 'if p_old = p_new then', 'if false then'],
    [
      'what is no state is mapped',
      'where o.name is null or n.name is null or',
      'where n.name is null or',
    ],
    [
      'it is mapped to what is no state',
      'where o.name is null or n.name is null or',
      'where o.name is null or',
    ],
    ['the mapping does not count', 'coalesce(p_mapping ->> o.name, n.name)', 'n.name'],
  ),
  ...near('entity/migration_count.sql', 'migrate-entities', [
    'a dry run counts other versions',
    'and e.workflow_id = p_old and',
    'and',
  ]),
  ...near(
    'entity/machine_versions.sql',
    'migrate-entities get-entities',
    ["another tenant's machine is there", 'w.tenant_id in (0, p_tenant) and', ''],
    ['another kind of workflow is a machine', "and w.definition ->> 'kind' = 'machine'", ''],
  ),
]

/** What moves by itself, and to other versions. */
export const TIMERS: readonly NearMutant[] = [...timers, ...versions]
