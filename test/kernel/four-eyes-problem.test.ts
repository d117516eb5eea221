// Who may do what takes other eyes than those of earlier moves: also where nobody knows whose those were.
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const [session] = await kernel.query<{ role: string }>('select session_user as role')
const me = `role:${session?.role}`

let machines = 0
type Rules = { last?: true; named?: string }
/** A machine in two versions: `submit`, `check` and `pay`; `pay` takes other eyes. In version 2 `check` is called `verify`. */
async function machine({ last, named }: Rules): Promise<string> {
  const name = `eyes ${++machines}`
  await kernel.call('define_machine', version(name, '2', 'verify', last ?? (named && 'verify')))
  await kernel.call('define_machine', version(name, '1', 'check', last ?? named))
  return name
}
function version(name: string, version: string, check: string, four_eyes?: boolean | string) {
  return {
    workflow: { name, version },
    states: ['draft', 'open', 'checked', 'paid'].map((state, i) => ({
      ...{ name: state, ...(i === 0 && { initial: true }), ...(i === 3 && { final: true }) },
    })),
    transitions: [
      { from: 'draft', to: 'open', name: 'submit' },
      { from: 'open', to: 'checked', name: check },
      { from: 'checked', to: 'open', name: 'again' },
      { from: 'checked', to: 'paid', name: 'pay', ...(four_eyes !== undefined && { four_eyes }) },
    ],
  }
}
type By = string | undefined
const as = (by: By) => (by === undefined ? {} : { by })
async function begin(name: string, by: By, entity = 'x'): Promise<string> {
  const options = { ...as(by), version: '1' }
  return (await kernel.call<{ instance_id: string }>('start_entity', name, entity, options))
    .instance_id
}
const move = (id: string, name: string, by: By) =>
  kernel.call<{ seq: number }>('transition', id, { name, ...as(by) })
/** Why `pay` is refused, as get_transitions says it: and as the transition itself does. */
async function whyNot(id: string, by: By): Promise<string | null> {
  const [pay] = await kernel.query<{ reason: string | null }>(
    `select reason from millrace.get_transitions($1, $2) where transition_name = 'pay'`,
    [id, as(by)],
  )
  const reason = pay?.reason ?? null
  if (reason !== null)
    expect(await refusal(move(id, 'pay', by), 'MR013', reason)).toMatchObject({ reason })
  return reason
}

test('who is only a role is nobody in particular, and may not do it', async () => {
  const id = await begin(await machine({ last: true }), 'ada')
  await move(id, 'submit', 'ada')
  await move(id, 'check', 'bob')
  expect(await whyNot(id, undefined)).toBe(
    `It takes somebody who is known: "${me}" may be anybody. Say who does it: by, or the sub of a token.`,
  )
  expect(await whyNot(id, 'bob')).toBe('It takes somebody else: "bob" did "check" before.')
  expect(await whyNot(id, 'ada')).toBeNull()
  expect(await move(id, 'pay', 'ada')).toMatchObject({ seq: 4 })
})

test('what a timer did between them makes nobody forget who moved it last', async () => {
  const id = await begin(await machine({ last: true }), 'ada')
  await move(id, 'submit', 'ada')
  await move(id, 'check', 'bob')
  for (const name of ['again', 'check'])
    await kernel.query(`select * from millrace.execute_transitions(1, $1, $2, $3, $4, $3, $3)`, [
      [id],
      [name],
      [null],
      ['millrace:timer'],
    ])
  expect(await whyNot(id, 'bob')).toBe('It takes somebody else: "bob" did "check" before.')
  expect(await whyNot(id, 'ada')).toBeNull()
})

test('what a role did before may have been anybody, and nobody is somebody else', async () => {
  for (const rules of [{ last: true }, { named: 'check' }] as const) {
    const id = await begin(await machine(rules), undefined)
    await move(id, 'submit', undefined)
    await move(id, 'check', undefined)
    expect(await whyNot(id, 'ada')).toBe(
      `It takes somebody else, and nobody knows who did "check" before: "${me}" may have been anybody.`,
    )
    await move(id, 'again', 'ada')
    await move(id, 'check', 'bob')
    // the last one is known by now; of those that are named one still is not
    const why = await whyNot(id, 'ada')
    if ('named' in rules) expect(why).toContain('nobody knows who did "check"')
    else expect(why).toBeNull()
  }
})

test('of one that was never moved the start is the move before', async () => {
  await kernel.call('define_machine', {
    workflow: { name: 'short', version: '1' },
    states: [
      { name: 'draft', initial: true },
      { name: 'paid', final: true },
    ],
    transitions: [{ from: 'draft', to: 'paid', name: 'pay', four_eyes: true }],
  })
  const known = await begin('short', 'ada', 'known')
  expect(await whyNot(known, 'ada')).toBe('It takes somebody else: "ada" did the start before.')
  expect(await whyNot(known, 'bob')).toBeNull()
  const unknown = await begin('short', undefined, 'unknown')
  expect(await whyNot(unknown, 'ada')).toContain('nobody knows who did the start before')
})

test('of moves that are named that of who asks is told first', async () => {
  const id = await begin(await machine({ named: 'check' }), 'eve')
  await move(id, 'submit', 'eve')
  await move(id, 'check', 'ada')
  await move(id, 'again', 'eve')
  await move(id, 'check', undefined)
  expect(await whyNot(id, 'ada')).toContain('"ada" did "check"')
  expect(await whyNot(id, 'bob')).toContain('nobody knows who did "check"')
})

test('a role that did what does not count is in nobody’s way', async () => {
  const id = await begin(await machine({ named: 'check' }), undefined)
  await move(id, 'submit', undefined)
  await move(id, 'check', 'bob')
  expect(await whyNot(id, 'bob')).toContain('"bob" did "check"')
  expect(await whyNot(id, 'ada')).toBeNull()
})

test('it is the role in which the session acts: behind PostgREST that of the token', async () => {
  const id = await begin(await machine({ last: true }), 'ada')
  const client = await kernel.connect(true)
  try {
    await client.query(
      'create role clerk; grant usage on schema millrace to clerk; grant execute on function millrace.transition(uuid, jsonb) to clerk',
    )
    await client.query('set role clerk')
    await client.query('select millrace.transition($1, $2)', [id, { name: 'submit' }])
  } finally {
    await client.query('reset role')
    await client.query('drop owned by clerk; drop role clerk')
    await client.end()
  }
  const rows = await kernel.query('select executed_by from millrace.get_history($1)', [id])
  expect(rows).toEqual([{ executed_by: 'ada' }, { executed_by: 'role:clerk' }])
})

test('after a migration a move along what is called otherwise now is not forgotten', async () => {
  const name = await machine({ named: 'check' })
  const id = await begin(name, 'eve')
  await move(id, 'submit', 'ada')
  await move(id, 'check', 'bob')
  const migrate = (options: object) =>
    kernel.call('migrate_entities', name, '1', '2', '{}', options)
  const details = await refusal(migrate({}), 'MR001', 'four eyes')
  expect(details).toEqual({ option: 'by' })
  expect(await migrate({ dry_run: true })).toMatchObject({ remaining: 1 })
  await migrate({ by: 'zoe' })
  expect(await whyNot(id, 'bob')).toBe(
    'It takes somebody else: "bob" did "check" in another version before.',
  )
  // what is still there under its name is what it was
  expect(await whyNot(id, 'ada')).toBeNull()
  await move(id, 'again', 'bob')
  await move(id, 'verify', 'ada')
  expect(await whyNot(id, 'ada')).toContain('"ada" did "verify" before')
  expect(await whyNot(id, 'bob')).toContain('"check" in another version')
  expect(await whyNot(id, 'eve')).toBeNull()
})

test('who took it to another version counts with the last move; a role that left it where it was does not', async () => {
  const name = await machine({ last: true })
  const id = await begin(name, 'eve')
  await move(id, 'submit', 'ada')
  await move(id, 'check', 'bob')
  await kernel.call('define_machine', version(name, '1.5', 'check', undefined))
  await kernel.call('migrate_entities', name, '1', '1.5', '{}')
  await kernel.call('migrate_entities', name, '1.5', '2', '{}', { by: 'zoe' })
  for (const by of ['bob', 'zoe']) expect(await whyNot(id, by)).toContain(by)
  expect(await whyNot(id, 'ada')).toBeNull()
  // only the last counts, though there is no check in version 2
  await move(id, 'again', 'ada')
  await move(id, 'verify', 'ada')
  expect(await whyNot(id, 'ada')).toContain('"ada" did "verify"')
  expect(await whyNot(id, 'bob')).toBeNull()
  const moved = await begin(name, 'eve', 'y')
  await move(moved, 'submit', 'ada')
  await kernel.call('migrate_entities', name, '1', '1.5', { open: 'checked' })
  await kernel.call('migrate_entities', name, '1.5', '2', '{}', { by: 'zoe' })
  expect(await whyNot(moved, 'bob')).toContain('nobody knows who did the migration')
})

test.each([
  ['start_entity', ['eyes 1', 'reserved']],
  ['transition', ['00000000-0000-7000-8000-000000000000']],
  ['get_transitions', ['00000000-0000-7000-8000-000000000000']],
  ['migrate_entities', ['eyes 1', '1', '2', '{}']],
])('%s refuses names that are nobody’s', async (name, args) => {
  for (const by of ['role:postgres', 'millrace:timer', 'millrace:', '', 'a'.repeat(257), 7])
    await refusal(kernel.call(name, ...args, { by }), 'MR001', 'role: or millrace:')
  await refusal(kernel.call(name, ...args, { by: 'a'.repeat(256), nothing: 1 }), 'MR001', 'nothing')
})

test('so do calls of many, one by one', async () => {
  const id = await begin(await machine({ last: true }), 'ada')
  const bad = ['role:x', 'millrace:x', '', 'a'.repeat(257)]
  const moves = (bys: (string | null)[], extra: object) =>
    kernel.query<{ problem: { code: string; message: string } | null }>(
      `select problem from millrace.execute_transitions(1, $1, $2, $3, $4, $3, $5)`,
      [
        ...[bys.map(() => id), bys.map(() => 'submit'), bys.map(() => null), bys],
        bys.map(() => JSON.stringify(extra)),
      ],
    )
  for (const rows of [
    await moves(bad, {}),
    ...(await Promise.all(bad.map((by) => moves([by], {})))),
  ])
    for (const { problem } of rows) expect(problem).toMatchObject({ code: 'MR001' })
  for (const claimed_by of ['role:x', 'millrace:timer'])
    expect(await moves(['ada'], { claimed_by })).toMatchObject([
      { problem: { code: 'MR001', message: expect.stringContaining(claimed_by) } },
    ])
  const starts = await kernel.query<{ problem: { code: string } | null }>(
    `select problem from millrace.start_entities(1, $1, $2, $2, $3, $4, $2)`,
    [bad.map(() => 'eyes 1'), bad.map(() => null), bad.map((_, i) => `many ${i}`), bad],
  )
  for (const { problem } of starts) expect(problem).toMatchObject({ code: 'MR001' })
  expect(await moves(['a'.repeat(256)], {})).toEqual([{ problem: null }])
})
