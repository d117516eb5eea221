import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { timersRound, tooMuch, withTimers } from '../support/machine-documents.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Defined = { workflow_id: string; version: string; created: boolean; notes: unknown[] }
type Issue = { code: string; message: string; pointer: string }
type Edge = { from_state: string; name: string; to_state: string; wildcard: boolean }

const define = async (document: unknown, options: object = {}): Promise<Defined> => {
  const [row] = await kernel.query<Defined>('select * from millrace.define_machine($1, $2)', [
    JSON.stringify(document),
    JSON.stringify(options),
  ])
  return row as Defined
}
const issuesOf = async (document: unknown): Promise<string[]> => {
  const { issues } = await refusal(define(document), 'MR030', /^The document/)
  return (issues as Issue[]).map(({ code, pointer }) => `${code} ${pointer}`).sort()
}
const states = [{ name: 'new', initial: true }, { name: 'check' }, { name: 'done', final: true }]
const machine = (name: string, transitions?: unknown, more: object = {}) => ({
  ...{ workflow: { name }, states, ...(transitions === undefined ? {} : { transitions }), ...more },
})
const line = [
  { from: 'new', to: 'check', name: 'look' },
  { from: 'check', to: 'done', name: 'finish' },
]
const edges = (name: string) =>
  kernel.query<Edge>(
    `select t.from_state, t.name, t.to_state, t.wildcard from millrace.machine_transitions t
     join millrace.workflows w on w.id = t.workflow_id where w.name = $1 order by t.from_state, t.rank`,
    [name],
  )
const problem = (transition: object, scope: object) =>
  kernel.value<string | null>(
    `select millrace.guard_problem((millrace.transition_guards($1)).guards, $2, gen_random_uuid())`,
    [JSON.stringify(transition), JSON.stringify(scope)],
  )

test('the same content again changes nothing, another is refused, define_workflow does the same', async () => {
  const made = { workflow_id: 'once', version: '1', notes: [] }
  expect(await define(machine('once', line))).toEqual({ ...made, created: true })
  expect(await define(machine('once', line))).toEqual({ ...made, created: false })
  const again = await kernel.query('select * from millrace.define_workflow($1)', [
    JSON.stringify(machine('once', line)),
  ])
  expect(again).toEqual([{ workflow_id: 'once', version: '1', created: false }])
  await refusal(define(machine('once')), 'MR015', 'another content')
  expect(await define(machine('once'), { version: '2' })).toMatchObject({ created: true })
})

test('without transitions each state that is not final leads to each other one', async () => {
  await define(machine('free'))
  expect((await edges('free')).map((e) => `${e.from_state}>${e.name}`)).toEqual([
    ...['check>transition_to_new', 'check>transition_to_done'],
    ...['new>transition_to_check', 'new>transition_to_done'],
  ])
})

test('lists and * are spread, explicit ones first; a final state is left if that is said', async () => {
  const transitions = [
    { from: '*', to: 'done', name: 'cancel' },
    { from: ['new', 'done'], to: 'check', name: 'look' },
    { from: 'check', to: 'done' },
  ]
  await define(machine('spread', transitions))
  const found = await edges('spread')
  expect(found.map((e) => `${e.from_state}>${e.name}${e.wildcard ? '*' : ''}`)).toEqual([
    ...['check>transition_to_done', 'check>cancel*', 'done>look', 'new>look', 'new>cancel*'],
  ])
})

test('all that is wrong is told at once', async () => {
  const bad = [
    { from: 'new', to: 'nowhere' },
    { from: 'new', to: 'check', name: 'a' },
    { from: 'new', to: 'done', name: 'a', after: 'soon' },
  ]
  expect(await issuesOf(machine('bad', bad))).toEqual([
    ...['DUPLICATE_TRANSITION /transitions/2/name', 'UNKNOWN_STATE /transitions/0/to'],
    'VALIDATION_ERROR /transitions/2/after',
  ])
  expect(await issuesOf(machine('bad', [{ from: 'new', to: 'done', nme: 1 }, 7]))).toEqual([
    ...['VALIDATION_ERROR /transitions/0/nme', 'VALIDATION_ERROR /transitions/1'],
  ])
  expect(await issuesOf(machine('bad', line.slice(1)))).toContain('UNREACHABLE_STATE /states/1')
  const twice = [...states, { name: 'new', initial: true }]
  expect(await issuesOf({ ...machine('bad', line), states: twice })).toEqual(
    expect.arrayContaining(['INITIAL_STATE /states', 'DUPLICATE_STATE /states/3/name']),
  )
  expect(await issuesOf({ workflow: {}, states: [] })).toEqual([
    ...['VALIDATION_ERROR /states', 'VALIDATION_ERROR /workflow/name'],
  ])
  for (const nothing of [7, [], {}, { states: 'x' }]) await issuesOf(nothing)
})

test('conditions that are free-form are named, an expression is read', async () => {
  const conditions = { amount_threshold: 1000, field_required: 'note', 'metadata.n': { gt: 1 } }
  const { notes } = await define(machine('notes', [{ ...line[0], conditions }, line[1]]))
  expect(notes).toEqual([{ transition: 'look', not_enforced: ['amount_threshold'] }])
  for (const bad of ['metadata.n >', 'metadta.n > 1', { expression: 'by|title' }])
    expect(await issuesOf(machine('text', [{ ...line[0], conditions: bad }, line[1]]))).toEqual([
      'EXPRESSION_ERROR /transitions/0/conditions',
    ])
  const text = [{ ...line[0], conditions: { expression: '{{ metadata.n > 1 }}', low: 1 } }, line[1]]
  expect(await define(machine('text', text))).toMatchObject({
    notes: [{ transition: 'look', not_enforced: ['low'] }],
  })
})

test('guards say why not', async () => {
  const role = { requires_role: ['a', 'b'] }
  expect(await problem(role, { roles: ['b'] })).toBe(null)
  expect(await problem(role, { roles: 'ab' })).toBe('It takes one of the roles "a", "b".')
  const both = { requires_role: 'a', conditions: { requires_role: 'b' } }
  expect(await problem(both, { roles: ['a'] })).toContain('"b"')
  expect(await problem(both, { roles: ['a', 'b'] })).toBe(null)
  expect(await problem({ reason_required: true }, { notes: ' ' })).toContain('reason')
  expect(await problem({ reason_required: true }, { notes: 'so' })).toBe(null)
  const field = { conditions: { field_required: ['x'] } }
  expect(await problem(field, { context: { x: '' }, metadata: { x: null } })).toContain('"x"')
  expect(await problem(field, { context: { x: null }, metadata: { x: 0 } })).toBe(null)
  const compare = { conditions: { metadata: { 'n.m': { gte: 2, lt: 5 } } } }
  expect(await problem(compare, { metadata: { n: { m: 2 } } })).toBe(null)
  expect(await problem(compare, { metadata: { n: { m: 5 } } })).toBe(
    'metadata.n.m must be lt 5, and is 5.',
  )
  for (const metadata of [{}, { n: { m: '3' } }, { n: 3 }])
    expect(await problem(compare, { metadata })).toMatch(/^metadata\.n\.m must be/)
})

test('a machine has no runs, and is deleted unless it has live entities', async () => {
  await define(machine('still', line))
  await refusal(kernel.call('start_workflow', 'still'), 'MR001', 'is a machine')
  await kernel.query(
    `insert into millrace.entities (id, tenant_id, workflow_id, seq, entered_at, created_at, updated_at, machine, entity_table,
       entity_id, state, metadata, hash)
     select gen_random_uuid(), w.tenant_id, w.id, 1, now(), now(), now(), w.name, 't', '1', 'new', '{}', ''
     from millrace.workflows w where w.name = 'still'`,
  )
  await refusal(kernel.call('delete_workflow', 'still'), 'MR017', 'live entities')
  await kernel.query(`update millrace.entities set completed_at = now() where machine = 'still'`)
  await kernel.query(`select millrace.delete_workflow('still')`)
  expect(await define(machine('still', line))).toMatchObject({ created: true })
})

test('an expression is judged, with all that it may read', async () => {
  const scope = {
    ...{ metadata: { n: 2 }, context: { x: 'a' }, by: 'ada', roles: ['clerk'], notes: null },
    entity: { id: '17', metadata: { n: 2 } },
    transition: { name: 'look', from: 'new', to: 'check', by: 'ada', notes: null, context: {} },
  }
  const said = (conditions: unknown) => problem({ conditions }, scope)
  for (const holds of [
    ...[
      'metadata.n > 1',
      '"clerk" in roles',
      "by != 'bob'",
      'notes is none',
      'entity.metadata.n == 2',
    ],
    ...[
      "transition.to == 'check' and transition.by == by",
      'context.x == "a"',
      'call_metadata.k | default(true)',
    ],
  ])
    expect([holds, await said(holds)]).toEqual([holds, null])
  expect(await said('metadata.n > 2')).toBe('Its condition does not hold: metadata.n > 2.')
  expect(await said({ expression: '{{ metadata.m > 2 }}' })).toBe(
    'Its condition cannot be judged: metadata.m is not there; metadata has: n.',
  )
  expect(await said({ expression: 'metadata.n / 0', field_required: 'x' })).toContain('divided')
  expect(await said({ expression: 'by', requires_role: 'boss' })).toContain('"boss"')
})

test('four eyes: not who entered the state, or not who did what is named', async () => {
  const id = '00000000-0000-7000-8000-000000000001'
  await kernel.query(
    `insert into millrace.entity_history (instance_id, seq, tenant_id, workflow_id, executed_at, to_state, transition, executed_by,
       context, metadata, hash)
     select $1, u.seq, 1, 1, now(), 'x', u.transition, u.by, '{}', '{}', ''
     from (values (1, null, 'ada'), (2, 'ask', 'bob'), (3, 'look', 'eve')) u (seq, transition, by)`,
    [id],
  )
  const asked = (four_eyes: unknown, by: string) =>
    kernel.value<string | null>('select millrace.guard_problem($1, $2, $3)', [
      ...[JSON.stringify({ four_eyes }), JSON.stringify({ by }), id],
    ])
  expect(await asked(true, 'eve')).toBe('It takes somebody else: "eve" did "look" before.')
  expect(await asked(true, 'bob')).toBe(null)
  expect(await asked(['ask'], 'bob')).toContain('"ask"')
  expect(await asked(['ask'], 'eve')).toBe(null)
  // a migration is no transition: who did the last one stays that, and who migrated it is no other pair of eyes
  await kernel.query(
    `insert into millrace.entity_history (instance_id, seq, tenant_id, workflow_id, executed_at, from_state, to_state, executed_by,
       context, metadata, hash)
     values ($1, 4, 1, 1, now(), 'x', 'x', 'root', '{}', '{"$migration": {}}', '')`,
    [id],
  )
  expect(await asked(true, 'eve')).toBe('It takes somebody else: "eve" did "look" before.')
  expect(await asked(true, 'root')).toBe('It takes somebody else: "root" did the migration before.')
  expect(await asked(true, 'bob')).toBe(null)
})

test('each comparison holds for what it says, and for nothing of another kind', async () => {
  const holds = (found: unknown, op: string, value: unknown) =>
    kernel.value<boolean>('select millrace.comparison_holds($1, $2, $3)', [
      ...[found === undefined ? null : JSON.stringify(found), op, JSON.stringify(value)],
    ])
  const yes: (readonly [unknown, string, unknown])[] = [
    ...([
      [1, 'eq', 1.0],
      [1, 'ne', '1'],
      [undefined, 'ne', 1],
      [10, 'gt', 9],
    ] as const),
    ...([
      ['b', 'gt', 'a'],
      [1, 'in', [2, 1]],
      [undefined, 'not_in', [1]],
      [0, 'exists', true],
    ] as const),
    ...([
      [undefined, 'exists', false],
      [null, 'exists', false],
      [2, 'lte', 2],
    ] as const),
  ]
  for (const [found, op, value] of yes)
    expect([found, op, await holds(found, op, value)]).toEqual([found, op, true])
  const no: (readonly [unknown, string, unknown])[] = [
    ...([
      [undefined, 'eq', null],
      ['10', 'gt', 9],
      [null, 'lt', 1],
      [undefined, 'gte', 0],
    ] as const),
    ...([
      [1, 'not_in', [1]],
      [1, 'in', 1],
      [1, 'not_in', 2],
      [1, 'exists', 'yes'],
    ] as const),
    ...([
      [null, 'exists', true],
      [1, 'exists', false],
      [true, 'gt', false],
      [1, 'near', 1],
    ] as const),
  ]
  for (const [found, op, value] of no)
    expect([found, op, await holds(found, op, value)]).toEqual([found, op, false])
})

test.each(Object.entries(tooMuch))(
  '%s beyond what is read in little time are refused',
  async (_, [document, code]) => {
    expect(await issuesOf({ workflow: { name: 'm' }, ...document })).toEqual([code])
  },
)

test.each(timersRound)('timers %s', async (name, transitions, pointer) => {
  const document = withTimers(name.replace(',', ''), transitions)
  if (pointer === null) expect((await define(document)).created).toBe(true)
  else expect(await issuesOf(document)).toEqual([`TIMER_ROUND ${pointer}`])
})

test('what an expression takes to be read grows with its length alone', async () => {
  const timed = async (items: number) => {
    const text = `[${'x < y, '.repeat(items)}1]`
    const from = performance.now()
    await kernel.query('select millrace.parse_expression($1)', [text])
    return performance.now() - from
  }
  const least = async (items: number) =>
    Math.min(await timed(items), await timed(items), await timed(items), await timed(items))
  await timed(10)
  expect((await least(560)) / (await least(70))).toBeLessThan(20)
})

test.each([
  ['names', '.a', '.'],
  ['indexes', '[0]', '[]'],
  ['filters', ' | trim', ' | 1'],
  ['words', ' and by', ' and'],
  ['signs', '', ' | 1'],
])('too many levels of %s are refused before the rest is read', async (what, level, wrong) => {
  const signs = what === 'signs' ? '-'.repeat(60) : ''
  const text = `${signs}by${level.repeat(60)}${wrong}`
  const parsed = kernel.query('select millrace.parse_expression($1)', [text])
  await refusal(parsed, 'MR030', 'more than 50 levels')
})

test('what a document takes to be stored and listed grows with its length alone', {
  timeout: 120_000,
}, async () => {
  const timed = async (keys: number) => {
    const many = Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 1]))
    const document = {
      workflow: { name: `with ${keys}` },
      states: [{ name: 'a', initial: true, metadata: many }, { name: 'b' }],
      transitions: [{ from: 'a', to: 'b', conditions: many }],
    }
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number]
    for (let i = 0; i < 3; i++) {
      const from = performance.now()
      await define(document)
      const stored = performance.now()
      const list = 'select states from millrace.workflow_details where name = $1'
      await kernel.query(list, [document.workflow.name])
      least[0] = Math.min(least[0], stored - from)
      least[1] = Math.min(least[1], performance.now() - stored)
    }
    return least
  }
  await timed(10)
  const [few, many] = [await timed(4000), await timed(32_000)]
  expect(many[0] / few[0]).toBeLessThan(25)
  expect(many[1] / few[1]).toBeLessThan(25)
})
