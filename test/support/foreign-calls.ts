import type { Ids } from './two-tenants.ts'

/** A function that a role of the engine may call. */
export type GrantedFunction = {
  name: string
  source: string
  names: string[]
  types: string[]
  /** How many of its last parameters may be left out. */
  defaults: number
}

export type ForeignCall = {
  text: string
  values: unknown[]
  /** Whether its answer must be the same, to the letter, as for what is not there. */
  exact: boolean
}

type Value = (ids: Ids) => unknown

/**
 * Of the operator: they name the tenant itself, and are for who may do so with all. `append_audit` writes to the log of
 * whoever it names.
 */
const OPERATORS = [
  ...['register_tenant', 'get_tenants', 'suspend_tenant', 'resume_tenant', 'delete_tenant'],
  ...['tenant_id', 'append_audit'],
]

/** Ids of runs are drawn, not found: that one is taken the start of it must say. Others answer with numbers that are drawn. */
const INEXACT = [
  ...['start_runs', 'start_signalled', 'register_workflow', 'register_worker', 'begin_request'],
]

/** What a parameter of that name is filled with: something of the other tenant, where it names anything. */
const parameters: Record<string, Value> = {
  run_id: (of) => of.run,
  approval_id: (of) => of.approval,
  approved: () => true,
  data: () => ({ n: 1 }),
  input: () => ({ n: 1 }),
  document: (of) => ({
    name: of.graph,
    steps: [{ id: 'b', type: 'delay', config: { seconds: 1 } }],
  }),
  event_name: (of) => of.event,
  filter: (of) => ({ run_ids: [of.run] }),
  kind: () => 'streams',
  limits: () => ({}),
  most: () => 3,
  queue: (of) => of.queue,
  sealed: () => `v1.12345678.${'A'.repeat(40)}`,
  subject: (of) => of.member,
  workflow_id: (of) => of.workflow,
  'id of revoke_key': (of) => of.key,
  'id of get_bulk_operation': (of) => of.bulk,
  'id of stop_bulk_operation': (of) => of.bulk,
  id: (of) => of.schedule,
  name: (of) => of.secret,
  // of the functions that take a tenant's number
  'p_run uuid': (of) => of.run,
  p_run: (of) => of.runNumber,
  p_runs: (of) => [of.runNumber],
  p_ids: (of) => [of.runNumber],
  p_routes: (of) => [of.route],
  p_task: () => 0,
  p_tasks: () => [0],
  p_fence: (of) => of.fence,
  p_fences: (of) => [of.fence],
  p_worker: (of) => of.worker,
  p_watcher: (of) => of.watcher,
  p_name: (of) => of.workflow,
  p_subject: (of) => of.member,
  p_names: (of) => [of.workflow],
  p_versions: () => ['1'],
  p_graphs: (of) => [of.graph],
  p_known_names: () => [],
  p_known_versions: () => [],
  p_unfinished: () => true,
  p_epoch: () => 0,
  p_after: () => 0,
  'p_after bigint[]': () => [0],
  p_want: () => 100,
  p_turns: () => [1],
  p_sweep_ms: () => 1,
  p_lease_ms: () => 60_000,
  p_info: () => ({}),
  p_version: () => '1',
  p_definition: () => ({}),
  p_declared: (of) => [{ workflow: of.workflow, version: '1', schedules: [] }],
  p_ops: () => ['c'],
  p_seqs: () => [0],
  p_tails: () => [null],
  p_outputs: () => ['1'],
  p_parents: () => [null],
  p_keys: () => [null],
  p_ms: () => [null],
  'p_names of advance_tasks': () => [null],
  c_runs: () => [],
  c_seqs: () => [],
  c_kinds: () => [],
  c_names: () => [],
  c_data: () => [],
  p_children: () => [],
  p_steps: () => [],
  p_delays: () => [null],
  p_inputs: () => ['1'],
  p_metas: () => [null],
  p_signals: () => [],
  p_class: () => 'read',
  p_follower: () => 'f'.repeat(32),
  p_nexts: () => [-1],
  p_logs: () => [0],
  p_reader: () => 'webhooks',
  p_position: () => 1,
  'p_id bigint': () => 1,
  p_bodies: () => ['{}'],
  p_ages: () => [0],
  p_levels: () => ['i'],
  p_attempts: () => [null],
  p_messages: () => ['m'],
  p_fields: () => [null],
  p_dropped: () => [0],
  delivery_id: (of) => of.delivery,
  'id of put_webhook': (of) => of.webhook,
  'id of delete_webhook': (of) => of.webhook,
  'id of rotate_webhook_secret': (of) => of.webhook,
  p_key: (of) => of.requestKey,
  p_hash: () => 'a'.repeat(64),
  p_keep_ms: () => 86_400_000,
  p_first: (of) => of.requestFirst,
  p_status: () => 200,
  p_headers: () => '[]',
  p_body: () => '1',
  'p_id of machine_of_id': (of) => of.machine,
  machine: (of) => of.machine,
  instance_id: (of) => of.instance,
  entity_id: (of) => of.entity,
  from_version: () => '1',
  to_version: () => '1',
  mapping: () => ({}),
  relation: () => 'entity_workflows',
  'document of define_machine': (of) => ({
    ...{ workflow: { name: of.machine }, states: [{ name: 'a', initial: true }] },
  }),
  p_machines: (of) => [of.machine],
  'p_versions of start_entities': () => [null],
  p_tables: (of) => [of.machine],
  p_entities: (of) => [of.entity],
  p_bys: () => [null],
  p_extras: () => [null],
  'p_ids of execute_transitions': (of) => [of.instance],
  'p_id of move_entity': (of) => of.instance,
  'p_name of move_entity': () => 'finish',
  p_state: () => null,
  p_by: () => null,
  p_request: () => null,
  p_extra: () => null,
  p_seen: () => null,
  'p_names of execute_transitions': () => ['finish'],
  p_states: () => [null],
  p_requests: () => [null],
  p_was: () => 'v1.12345678.was',
  p_sealed: () => `v1.12345678.${'A'.repeat(40)}`,
}

/** What an option of that name is filled with, where it names something; others are left out. */
const options: Record<string, Value> = {
  parent_id: (of) => of.run,
  run_ids: (of) => [of.run, of.failed],
  workflow_id: (of) => of.workflow,
  resource_id: (of) => of.resource,
  tags: (of) => [of.tag],
  queue: (of) => of.queue,
  schedule_id: (of) => of.schedule,
  event_name: (of) => of.event,
  worker_ids: (of) => [of.worker],
  'entity_id of get_entities': (of) => of.entity,
  entity: (of) => ({ machine: of.machine, id: of.entity }),
  machine: (of) => of.machine,
  id: (of) => of.schedule,
  subject: (of) => of.member,
  target: (of) => of.key,
  'after of get_entities': (of) => of.instance,
  'before of get_entities': (of) => of.instance,
  'after of get_sla_breaches': (of) => of.instance,
  'before of get_sla_breaches': (of) => of.instance,
  'after of get_runs': (of) => of.run,
  'before of get_runs': (of) => of.run,
  'after of get_keys': (of) => of.key,
  'after of get_events': (of) => of.eventId,
  'after of get_approvals': (of) => of.approval,
}

/** What a call needs beside its ids to come as far as looking for them. */
const needed: Record<string, object> = {
  bulk_fork: { from_step: 'a' },
  bulk_migrate: { to_version: '2' },
  bulk_signal: { event_name: 'go' },
  create_key: { scopes: ['admin'] },
  emit_event: { key: 'k' },
  transition: { name: 'finish' },
  fork_workflow: { from_step: 'a' },
  migrate_workflow: { to_version: '1' },
  prune: { older_than: '1 ms' },
  prune_audit: { older_than: '1 ms' },
  put_schedule: { every: '1 hour' },
  put_quota: {},
}

/**
 * Calls of a function as tenant `a` with ids of somebody else: one with the parameters alone, one more for each option
 * that names something. None for functions that take no tenant: they work for all.
 * @throws Error for a parameter that nobody has said anything of
 */
export function callsOf(one: GrantedFunction, a: Ids, other: Ids): ForeignCall[] {
  const byNumber = one.names[0] === 'p_tenant'
  const byOptions = one.names.includes('options') && one.source.includes('millrace.')
  if (OPERATORS.includes(one.name) || (!byNumber && !one.names.includes('options'))) return []
  const count = one.names.length - (byNumber ? one.defaults : 0)
  const base = { tenant: a.slug, ...needed[one.name] }
  const known = byOptions ? optionsOf(one) : []
  const variants = [
    base,
    ...known.map((name) => ({ ...base, [name]: optionValue(one, name)?.(other) })),
  ]
  const called = one.names.includes('options') ? variants : [base]
  return called.map((given) => {
    const values = one.names
      .slice(0, count)
      .map((name, i) => fill(one, name, one.types[i] as string, given, a, other))
    const text = `select * from millrace.${one.name}(${values.map((_, i) => `$${i + 1}::${one.types[i]}`).join(', ')})`
    return { text, values, exact: !INEXACT.includes(one.name) }
  })
}

function optionsOf({ name, source }: GrantedFunction): string[] {
  const known = [...source.matchAll(/"(\w+)": "(?:text|whole|seq|texts|uuid|uuids|time|any)"/g)]
  const filters = /check_filter|start_bulk/.test(source)
    ? ['parent_id', 'workflow_id', 'resource_id', 'tags', 'queue', 'schedule_id', 'run_ids']
    : []
  const names = new Set([
    ...known.map((match) => match[1] as string),
    ...(/^get_/.test(name) ? filters : []),
  ])
  return [...names].filter((option) => optionValue({ name } as GrantedFunction, option))
}

function optionValue({ name }: GrantedFunction, option: string): Value | undefined {
  return options[`${option} of ${name}`] ?? options[option]
}

function fill(
  one: GrantedFunction,
  name: string,
  type: string,
  given: object,
  a: Ids,
  other: Ids,
): unknown {
  if (name === 'options') return JSON.stringify(given)
  if (name === 'p_tenant') return type === 'text' ? a.slug : a.tenant
  const value =
    parameters[`${name} of ${one.name}`] ?? parameters[`${name} ${type}`] ?? parameters[name]
  if (value === undefined)
    throw new Error(
      `${one.name} has the parameter ${name} ${type}: say in test/support/foreign-calls.ts what of another tenant it could name.`,
    )
  const filled = value(other)
  return /^jsonb?$/.test(type) ? JSON.stringify(filled) : filled
}

/** An answer without the ids that were asked with, and without what differs from call to call. */
export function normalise(raw: string, { slug, ...ids }: Ids): string {
  // first, for a short id may be a second
  let text = raw.replace(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-][\d:]+)?/g, '<time>')
  text = text.replace(
    /"(due_ms|reset_ms|bytes|newest_route|chores|prune_audit)":"?\d+"?/g,
    '"$1":<number>',
  )
  const names = Object.values(ids).filter((id): id is string => typeof id === 'string')
  for (const id of names.sort((x, y) => y.length - x.length))
    text = text.replace(new RegExp(`(?<![A-Za-z0-9_-])${id}(?![A-Za-z0-9_-])`, 'g'), '<id>')
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/mr_live_\w+/g, '<key>')
    .replace(/\\?"(id|version|created_by|place|last_seen)\\?":\\?"[^"]*\\?"/g, '"$1":"<drawn>"')
}
