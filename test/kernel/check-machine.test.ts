// A document is right for the database where it is right for validateMachine, and the other way round.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkMachine } from '../../src/entity/document/read-machine.ts'
import { validateMachine } from '../../src/entity/index.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
await kernel.query(`create function public.refusal_of(p_document jsonb) returns text language plpgsql as $$
  begin
    perform millrace.check_machine(p_document);
    return null;
  exception when sqlstate 'MR030' then
    declare v_detail text;
    begin
      get stacked diagnostics v_detail = pg_exception_detail;
      return v_detail;
    end;
  end $$`)

const refusalsOf = async (documents: unknown[]) =>
  kernel.query<{ refusal: string | null }>(
    `select public.refusal_of(u.document::jsonb) as refusal
     from unnest($1::text[]) with ordinality u (document, n) order by u.n`,
    [documents.map((one) => JSON.stringify(one))],
  )

/** Each document is refused by both, or by neither; how many are right. */
async function compare(documents: unknown[]): Promise<number> {
  const found = await refusalsOf(documents)
  const different = documents.flatMap((document, i) => {
    const here = found[i]?.refusal ?? null
    const there = validateMachine(document)
    return (here === null) === (there.length === 0) ? [] : [{ document, here, there }]
  })
  expect(different.slice(0, 5).map((one) => JSON.stringify(one).slice(-1500))).toEqual([])
  return found.filter(({ refusal }) => refusal === null).length
}

const states = [{ name: 'new', initial: true }, { name: 'check' }, { name: 'done', final: true }]
const base = {
  workflow: { name: 'm', version: '1', table: 'orders', metadata: { a: 1 } },
  states,
  transitions: [
    { from: 'new', to: 'check', name: 'look' },
    { from: ['check', 'new'], to: 'done', name: 'finish' },
    { from: '*', to: 'new' },
  ],
}
type Path = readonly (string | number)[]
const put = (value: unknown, [key, ...rest]: Path, one: unknown): unknown => {
  if (key === undefined) return one
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >
  copy[key] = put(copy[key] ?? {}, rest, one)
  return copy
}

const conditions: unknown[] = [
  ...[
    'metadata.n > 1',
    '{{ metadata.n > 1 }}',
    ' {{ by }}',
    '{{ a }}',
    'metadta.n',
    'entity.nme == 1',
    "entity['state'] == 'x'",
  ],
  ...[
    '(entity).id',
    "entity['nope']",
    'entity[metadata.k]',
    'transition.by in roles',
    'transition.x',
    '1 +',
    '',
    'n|lower',
    'by|title',
  ],
  ...[
    'call_metadata.a|default(1) == 1',
    'a ** 2',
    '(1, 2)',
    '{"a": 1}',
    'by[1:]',
    'by is even',
    'metadata.größe',
    '"\\x00"',
    'notes is none',
  ],
  ...[
    `by${'|string'.repeat(48)}`,
    `by${'|string'.repeat(51)}`,
    `${'('.repeat(50)}by${')'.repeat(50)}`,
    `${'('.repeat(51)}by${')'.repeat(51)}`,
  ],
  ...[
    7,
    true,
    [],
    null,
    {},
    { expression: 'by' },
    { expression: 'b' },
    { expression: 7 },
    { expression: null },
    { expression: '{{ by }}' },
  ],
  ...[
    { field_required: 'a' },
    { field_required: ['a', 'b'] },
    { field_required: [] },
    { field_required: '' },
    { field_required: [1] },
  ],
  ...[
    { requires_role: 'a' },
    { requires_role: { a: 1 } },
    { requires_role: null },
    { amount_threshold: 1000 },
    { metadata: {} },
  ],
  ...[
    { metadata: 7 },
    { metadata: { n: { gt: 1 } } },
    { metadata: { n: { gt: null } } },
    { metadata: { n: { gte: '1', x: 1 } } },
  ],
  ...[
    { metadata: { n: { x: 1 } } },
    { metadata: { '': { eq: 1 } } },
    { 'metadata.n': { in: [1] } },
    { 'metadata.n': { in: 1 } },
  ],
  ...[
    { 'metadata.': { in: 1 } },
    { 'context.a.b': { exists: true } },
    { 'context.a.b': { exists: 1 } },
    { 'context.a': 1 },
  ],
]
const actions: unknown[] = [
  ...[
    [],
    null,
    {},
    'x',
    [7],
    [{}],
    [{ start: 'w' }],
    [{ start: 'w', input: { a: '{{ entity.id }}' } }],
    [{ start: '' }],
  ],
  ...[
    [{ start: 'w', data: 1 }],
    [{ start: 'w', data: null }],
    [{ start: 'w', run_id: null }],
    [{ start: null, webhook: 'h' }],
  ],
  ...[
    [{ start: 'w', signal: 's', run_id: 'r' }],
    [{ signal: 's' }],
    [{ signal: 's', run_id: '{{ metadata.r }}', data: [1] }],
  ],
  ...[
    [{ signal: 's', run_id: 7 }],
    [{ signal: 's', run_id: 'r', input: 1 }],
    [{ webhook: 'h', 'x-a': 1 }],
    [{ webhook: 'h', strat: 1 }],
  ],
  ...[
    [{ start: 'w', input: '{{ entitiy.id }}' }],
    [{ start: 'w', input: ['{{ by', 'x'] }],
    [{ start: 'w', input: '{# no #}' }],
  ],
  ...[
    [{ start: 'w', input: { a: { b: ['x {{ by }} y {{- notes -}} '] } } }],
    [{ start: 'w', input: '{{ by }}{% x %}' }],
  ],
  ...[
    [{ start: 'w', input: { '{{ nope }}': 1 } }],
    [{ start: 'w', input: '{{ "}}" ~ by }}' }],
    [{ start: 'w', input: `${'{{ by }}'.repeat(201)}` }],
    [{ start: 'w', input: `${'{{ by }}'.repeat(200)}` }],
  ],
  ...[Array(101).fill({ webhook: 'h' }), [{ webhook: 'a/b' }], [{ webhook: 'h', data: 1 }]],
]
const durations: unknown[] = [
  ...[
    1,
    0,
    -1,
    0.5,
    1e12,
    3155760000,
    3155760001,
    '3 days',
    '1.5h',
    '2 days 12 hours',
    '5',
    'soon',
    '',
    '1 month',
    '500ms',
    '0s',
    '3days4h',
  ],
  ...['.5m', '1. m', ' 1 d ', '1 D', null, true, {}, [], '100000 weeks', '3d4', '1msx', '1 m s'],
]
const names: unknown[] = [
  'a',
  'a b.c:d-_',
  'é',
  '',
  'a/b',
  7,
  null,
  {},
  [],
  'x'.repeat(128),
  'x'.repeat(129),
  'new',
  'check',
  'done',
  '*',
]
const places: [Path, unknown[]][] = [
  [['workflow', 'name'], names],
  [
    ['workflow', 'version'],
    [...names, 1.0],
  ],
  [
    ['workflow', 'table'],
    ['', 'x'.repeat(200), 'x'.repeat(201), 7, null, 'é/\n'],
  ],
  [
    ['workflow', 'metadata'],
    [{}, [], 7, null, { a: { b: [] } }],
  ],
  [['workflow'], [null, 7, {}, []]],
  [
    ['states'],
    [
      [],
      null,
      {},
      7,
      [7],
      [states[0]],
      [{ name: 'new' }],
      [...states, states[0]],
      [...states, { name: 'lost' }],
      [{ name: 'new', initial: true, final: true }, { name: 'b' }],
    ],
  ],
  [['states', 0, 'name'], names],
  [
    ['states', 1, 'initial'],
    [true, false, null, 1, 'yes'],
  ],
  [
    ['states', 1, 'final'],
    [true, false, null, 'no'],
  ],
  [['states', 1, 'sla'], durations],
  [['states', 1, 'on_enter'], actions],
  [['states', 2, 'on_leave'], actions],
  [
    ['states', 1, 'metadata'],
    [{}, null, 'x'],
  ],
  [['states', 1, 'nmae'], [1]],
  [['states', 1, 'x-note'], [1]],
  [
    ['transitions'],
    [[], null, {}, 'x', [7], [base.transitions[0]], Array(5001).fill(base.transitions[0])],
  ],
  [
    ['transitions', 0, 'from'],
    [...names, ['new'], [], ['*'], ['new', 'new'], ['new', 'lost'], [7], 'done', ['done']],
  ],
  [
    ['transitions', 0, 'to'],
    [...names, 'lost'],
  ],
  [
    ['transitions', 0, 'name'],
    [...names, 'finish', 'transition_to_new'],
  ],
  [['transitions', 0, 'conditions'], conditions],
  [
    ['transitions', 0, 'context'],
    [{}, null, [], 'x', { anything: [1] }],
  ],
  [
    ['transitions', 0, 'metadata'],
    [{}, null, []],
  ],
  [['transitions', 0, 'after'], durations],
  [
    ['transitions', 0, 'requires_role'],
    ['a', '', [], ['a', 'b'], [''], [1], null, 7, {}, 'x'.repeat(201), Array(101).fill('a')],
  ],
  [
    ['transitions', 0, 'four_eyes'],
    [
      true,
      false,
      null,
      'look',
      'lok',
      ['look', 'finish'],
      [],
      ['transition_to_new'],
      7,
      {},
      '',
      ['é'],
    ],
  ],
  [
    ['transitions', 0, 'reason_required'],
    [true, false, null, 'yes'],
  ],
  [['transitions', 0, 'actions'], actions],
  [['transitions', 0, 'condition'], [1]],
  [['$schema'], ['https://x', 7, null, 'x'.repeat(1001)]],
  [['x-anything'], [1, null, {}]],
  [['sates'], [1]],
]

test('each value in each place', async () => {
  const documents = places.flatMap(([path, values]) =>
    values.map((value) => put(base, path, value)),
  )
  const missing = [
    ...[{}, [], 7, 'x', null, { states }, { workflow: base.workflow }, { ...base, workflow: {} }],
    ...[
      { ...base, states: [{ initial: true }] },
      { ...base, transitions: [{ to: 'new' }] },
      { ...base, transitions: [{ from: 'new' }] },
    ],
  ]
  const right = await compare([base, ...documents, ...missing])
  expect(right).toBeGreaterThan(100)
})

test('many values in many places', async () => {
  const one = fc
    .constantFrom(...places)
    .chain(([path, values]) => fc.constantFrom(...values).map((value) => [path, value] as const))
  const some = fc.array(one, { minLength: 2, maxLength: 3 }).map((all) =>
    all.reduce((document: unknown, [path, value]) => {
      try {
        return put(document, path, value)
      } catch {
        return document
      }
    }, base),
  )
  const right = await compare(fc.sample(some, { numRuns: 500, seed: 3 }))
  expect(right).toBeGreaterThan(15)
})

test('what is large has an end, soon', async () => {
  const many = (n: number) => ({
    workflow: { name: 'm' },
    states: Array.from({ length: n }, (_, i) => ({ name: `s${i}`, initial: i === 0 })),
  })
  const wide = (n: number) => ({
    ...many(n),
    transitions: Array.from({ length: 100 }, (_, i) => ({ from: '*', to: `s${i}`, name: `t${i}` })),
  })
  const text = (n: number) => ({
    ...base,
    transitions: [
      ...base.transitions,
      ...Array.from({ length: n }, (_, i) => ({
        from: 'new',
        to: 'done',
        name: `n${i}`,
        conditions: `by == "${'x'.repeat(3900)}"`,
      })),
    ],
  })
  let deep: unknown = 1
  for (let i = 0; i < 140; i++) deep = { a: deep }
  const from = performance.now()
  await compare([
    many(100),
    many(101),
    many(1000),
    wide(100),
    wide(101),
    text(5),
    text(6),
    put(base, ['workflow', 'metadata'], deep),
  ])
  const [defined] = await kernel.query<{ created: boolean }>(
    'select * from millrace.define_machine($1)',
    [JSON.stringify({ ...many(100), workflow: { name: 'many' } })],
  )
  expect(defined?.created).toBe(true)
  expect(performance.now() - from).toBeLessThan(20_000)
})

test('what is not enforced is the same', async () => {
  const documents = conditions.map((one, i) =>
    put(put(base, ['transitions', 0, 'conditions'], one), ['workflow', 'name'], `n${i}`),
  )
  const right = documents.filter((document) => validateMachine(document).length === 0)
  expect(right.length).toBeGreaterThan(15)
  for (const document of right) {
    const [defined] = await kernel.query<{ notes: { not_enforced: string[] }[] }>(
      'select * from millrace.define_machine($1)',
      [JSON.stringify(document)],
    )
    const told = checkMachine(document).notes.filter(({ code }) => code === 'NOT_ENFORCED')
    const here = defined?.notes.flatMap((note) => note.not_enforced) ?? []
    const [names = ''] = (told[0]?.message ?? '').split(' in conditions of')
    expect([
      names
        .split(/, | and /)
        .map((name) => name.replaceAll('"', ''))
        .filter(Boolean)
        .sort(),
      document,
    ]).toEqual([[...here].sort(), document])
  }
})
