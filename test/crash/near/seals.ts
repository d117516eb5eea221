import { type Change, type NearMutant, near } from './near-mutant.ts'

// seq is not among them: where a row stands is told by its hash and by counting
const columns =
  'instance_id tenant_id workflow_id spent_ms transition_id from_state to_state transition executed_by claimed_by notes request context metadata'
const seals = [
  ...near(
    'entity/entity_hash.sql',
    'verify-history transition execute-transitions',
    ['a hash follows no other', 'sha256(p_before || ', "sha256(''::bytea || "],
    ['when it was is not sealed', '(extract(epoch from p_row.executed_at) * 1000000)::bigint,', ''],
    [
      'when it was is sealed to the ms',
      'p_row.executed_at) * 1000000)',
      'p_row.executed_at) * 1000)',
    ],
    ['changes are not sealed', ', p_row.changes)', ')'],
    ...columns.split(' ').map((name): Change => [`${name} is not sealed`, `p_row.${name},`, '']),
  ),
  ...near(
    'entity/entity_seed.sql',
    'verify-history execute-transitions',
    ['whose machine is not sealed', '(p_machine, ', '('],
    ['whose table is not sealed', 'p_table, p_entity)::text', 'p_entity)::text'],
    ['whose row is not sealed', ', p_entity)::text', ')::text'],
  ),
  ...near(
    'entity/verify_history.sql',
    'verify-history execute-transitions migrate-entities perform-actions',
    ['a row that is missing is not missed', 'when h.seq <> h.n then', 'when false then'],
    ['a row that was changed is fine', 'when h.hash <> h.again then', 'when false then'],
    [
      'a row that follows another is fine',
      'when h.from_state is distinct from h.before then',
      'when false then',
    ],
    ['rows behind the last are fine', 'or v_rows <> v_row.seq', ''],
    ['an instance with another hash is fine', 'and h.hash = v_row.hash\n', '\n'],
    ['an instance in another state is fine', 'h.to_state = v_row.state and', ''],
    ['an instance on another version is fine', ' and h.workflow_id = v_row.workflow_id)', ')'],
    ['when it was moved last does not count', 'v_row.updated_at <> h.executed_at', 'false'],
    [
      'that it has ended does not count',
      'or v_row.completed_at is distinct from case when s.final then h.executed_at end',
      '',
    ],
    [
      'since when it stands there does not count',
      '(v_row.entered_at, v_row.created_at) <> (',
      '(v_row.updated_at, v_row.created_at) <> (',
    ],
    [
      'when it began does not count',
      '[1],\n               (array_agg(o.executed_at order by o.seq))[1]',
      '[1], v_row.created_at',
    ],
    [
      'a migration enters the same state anew',
      ' filter (where o.seq = 1 or o.spent_ms is not null)',
      '',
    ],
    [
      'metadata do not count',
      'where v_row.metadata is distinct from (',
      'where false and v_row.metadata is distinct from (',
    ],
    ['of two values the first stays', 'm.value order by h.seq)', 'm.value order by h.seq desc)'],
    ['notes of actions are metadata', "h.metadata - '$actions'", 'h.metadata'],
    [
      'the last place that is wrong is told',
      'order by x.seq limit 1',
      'order by x.seq desc limit 1',
    ],
  ),
]

const fences = near(
  '../policies/tenant_isolation.sql',
  'transition two-tenants find-run',
  ['what was done may be changed', 'for update using (false)', 'for update using (true)'],
  ['policies do not hold for the owner', '%I force row level', '%I no force row level'],
  [
    'who is not the owner sees all tenants',
    "else 'tenant_id = (select millrace.current_tenant())' end",
    "else 'true' end",
  ],
)

/** What makes a trail that can be trusted. */
export const SEALS: readonly NearMutant[] = [...seals, ...fences]
