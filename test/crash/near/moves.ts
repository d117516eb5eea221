import { type NearMutant, near } from './near-mutant.ts'

const races = [
  ...near('entity/move_entity.sql', 'execute-transitions entity-races', [
    'two move one instance from one place',
    'p_id and e.seq = v_seq\n',
    'p_id\n',
  ]),
  ...near(
    'entity/execute_transitions.sql',
    'execute-transitions entity-races',
    ['two move instances from one place', 'e.id = j.id and e.seq = j.seq and', 'e.id = j.id and'],
    [
      'a batch locks in the order of its array',
      'order by u.id) u\n        cross',
      ') u\n        cross',
    ],
  ),
]

const single = near(
  'entity/move_entity.sql',
  'move-entity execute-transitions transition perform-actions work-entities get-transitions',
  ['who acts does not look again', 'p_id and e.seq = v_seq order', 'p_id order'],
  ['who acts locks nothing', 'order by e.id for update;', 'order by e.id;'],
  [
    "another tenant's instance moves",
    'on e.id = p_id and e.tenant_id = p_tenant',
    'on e.id = p_id',
  ],
  [
    'a state that was expected does not count',
    "p_seen <> e.seq or p_extra ->> 'expected_state' <> e.state",
    'p_seen <> e.seq',
  ],
  ['who was overtaken before the lock moves', 'p_seen <> e.seq or p_extra', 'p_extra'],
  ['nobody looks for the key', 'when p_request is not null and exists', 'when false and exists'],
  [
    'the key counts after what was expected',
    'when p_request is not null and exists (',
    "when p_extra ->> 'expected_state' <> e.state then 'MR012' when p_request is not null and exists (",
  ],
  [
    'the metadata of an entity grows',
    "(e.metadata || nullif(p_extra -> 'set', 'null'))::text) > 65536",
    "(e.metadata || nullif(p_extra -> 'set', 'null'))::text) > 655360",
  ],
  ['metadata of exactly 64 KiB is refused', '> 65536)', '>= 65536)'],
  ['guards do not count', '(t.guards is null or', '(true or'],
  ['a transition of any state is taken', 't.from_state = e.state', 'true'],
  ['a transition of any version is taken', 't.workflow_id = e.workflow_id and', ''],
  ['the last of several is taken', 'order by t.rank limit 1', 'order by t.rank desc limit 1'],
  [
    'who comes into a final state lives on',
    'completed_at = case when v_ends then executed_at end',
    'completed_at = null',
  ],
  ['no timer is set', 'due_at = executed_at + v_next', 'due_at = null::timestamptz + v_next'],
  [
    'a timer is set a moment early',
    'due_at = executed_at + v_next',
    "due_at = executed_at - interval '1 ms' + v_next",
  ],
  ['how the last timer stood stays', "* interval '1 ms', timer = null", "* interval '1 ms'"],
  ['what is set takes the place of all', 'e.metadata || v_changes end', 'v_changes end'],
  ['what was set is not noted', 'v_metadata, v_changes, v_hash)', 'v_metadata, null, v_hash)'],
  ['a trail goes back with the clock', 'greatest(c.now, e.updated_at)', 'c.now'],
  ['nothing is done', 'when t.acts or e.completed_at', 'when e.completed_at'],
  [
    'who leaves a final state is one of two',
    'when t.acts or e.completed_at is not null and not t.ends then',
    'when t.acts then',
  ],
  [
    'both name and state may be given',
    '(p_name is null) = (p_state is null)',
    'p_name is null and p_state is null',
  ],
  ['no idle worker hears of a timer', 'if v_next <= 60000 then', 'if false then'],
  [
    'rules of what is given do not count',
    'not millrace.is_plain(p_extra, p_by, p_request) and',
    'false and',
  ],
  ['the time spent is not noted', '(extract(epoch from a.at - e.entered_at) * 1000)', '(0)'],
)

// what the statement for all refuses without need, move_entity does all the same
const batch = near(
  'entity/execute_transitions.sql',
  'move-entity execute-transitions transition perform-actions work-entities',
  [
    "another tenant's instances move",
    'on e.id = u.id and e.tenant_id = p_tenant\n        cross',
    'on e.id = u.id\n        cross',
  ],
  [
    'in a batch a state that was expected does not count',
    "or x.x ->> 'expected_state' = e.state",
    'or true',
  ],
  ['in a batch nobody looks for the key', 'and (u.request is null or', 'and (true or'],
  [
    'in a batch the metadata of an entity grows',
    "(x.x -> 'set' is null or",
    "(true or x.x -> 'set' is null or",
  ],
  ['in a batch guards do not count', '(t.guards is null or', '(true or'],
  ['in a batch a transition of any version is taken', 't.workflow_id = e.workflow_id and ', ''],
  [
    'in a batch the last of several is taken',
    'order by t.rank limit 1',
    'order by t.rank desc limit 1',
  ],
  ['in a batch nothing is done', ' and not exists (select from judged a where a.alone)', ''],
  [
    'in a batch who leaves a final state is one of two',
    't.acts or e.completed_at is not null and not t.ends as alone',
    't.acts as alone',
  ],
  ['one instance twice moves once', 'if not v_twice then', 'if true then'],
  ['who is there twice is not locked', 'when v_twice or v_done = 0 and', 'when v_done = 0 and'],
  [
    'those that act are not locked first',
    'when v_twice or v_done = 0 and millrace.goes_alone(p_tenant, p_ids, p_names, p_states)',
    'when v_twice',
  ],
  [
    'both name and state may be given in a batch',
    '(u.name is null) <> (u.target is null)',
    '(u.name is not null or u.target is not null)',
  ],
  [
    'in a batch rules of what is given do not count',
    '(millrace.is_plain(x.x, u.by, u.request) or',
    '(true or',
  ],
  ['a thousand are too many', 'v_count > 1000', 'v_count >= 1000'],
  ['in a batch a trail goes back with the clock', 'greatest(v_now, e.updated_at)', 'v_now'],
  ['in a batch no timer is set', 'j.at + j.next_ms', 'null::timestamptz + j.next_ms'],
  [
    'a timer of a batch is set a moment early',
    'j.at + j.next_ms',
    "j.at - interval '1 ms' + j.next_ms",
  ],
  ['how timers of a batch stood stays', 'updated_at = j.at, timer = null', 'updated_at = j.at'],
  [
    'in a batch who comes into a final state lives on',
    'completed_at = case when j.ends then j.at end',
    'completed_at = null',
  ],
  ['in a batch what is set takes the place of all', 'e.metadata || j.changes', 'j.changes'],
  [
    'no idle worker hears of a batch',
    'perform millrace.hint() where',
    'perform millrace.hint() where false and',
  ],
  [
    'answers stand in the places of others',
    'v_order[width_bucket(instance_id, v_ids)]',
    'width_bucket(instance_id, v_ids)',
  ],
  [
    'who was overtaken in a batch is judged anew',
    'else array(select u.seen from unnest(v_order, v_seen) u (place, seen) order by u.place) end',
    'else array_fill(null::int, array[v_count]) end',
  ],
)

/** Transitions, one by one and in batches. */
export const MOVES: readonly NearMutant[] = [...races, ...single, ...batch]
