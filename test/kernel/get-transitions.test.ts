import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await kernel.makeTenant('second')

type Way = {
  transition_id: string
  transition_name: string
  to_state_name: string
  to_state_metadata: object
  transition_context: object
  transition_conditions: unknown
  allowed: boolean
  reason: string | null
  not_enforced: string[]
}
const claim = {
  workflow: { name: 'claim', table: 'claims' },
  states: [
    { name: 'open', initial: true, metadata: { color: 'blue' } },
    { name: 'checked', metadata: { color: 'red' } },
    { name: 'paid', final: true },
    { name: 'refused', final: true },
  ],
  transitions: [
    {
      from: 'open',
      to: 'checked',
      name: 'check',
      conditions: 'metadata.amount is number and metadata.amount > 0',
    },
    {
      from: 'checked',
      to: 'paid',
      name: 'pay',
      four_eyes: 'check',
      requires_role: ['payer', 'boss'],
      context: { form: 7 },
    },
    {
      from: 'checked',
      to: 'paid',
      name: 'pay_large',
      conditions: {
        expression: '{{ metadata.amount >= 1000 }}',
        'metadata.country': { in: ['CH', 'DE'] },
        low: true,
      },
    },
    {
      from: 'checked',
      to: 'open',
      name: 'again',
      reason_required: true,
      conditions: { field_required: 'what' },
    },
    {
      from: '*',
      to: 'refused',
      name: 'refuse',
      conditions: 'by in context.deciders or transition.notes == "fraud"',
    },
    { from: 'paid', to: 'open', name: 'reopen' },
  ],
}
await kernel.query('select millrace.define_machine($1)', [claim])

let last = 0
const start = async (metadata: object = { amount: 5 }, entity = `c${++last}`) =>
  (
    await kernel.call<{ instance_id: string }>('start_entity', 'claim', entity, {
      metadata,
      by: 'eve',
    })
  ).instance_id
const ways = (id: string | null, options: object = {}) =>
  kernel.query<Way>('select * from millrace.get_transitions($1, $2)', [id, options])
const said = async (id: string, options: object = {}) =>
  Object.fromEntries(
    (await ways(id, options)).map((way) => [way.transition_name, way.reason ?? way.allowed]),
  )
const move = (id: string, options: object) => kernel.call<{ to: string }>('transition', id, options)

test('it says what leaves the state, and what the document says of it', async () => {
  const id = await start()
  await move(id, { name: 'check', by: 'ada' })
  const found = await ways(id, { by: 'bob', roles: ['payer'], context: { deciders: ['bob'] } })
  expect(found.map((way) => way.transition_name)).toEqual(['pay', 'pay_large', 'again', 'refuse'])
  expect(found[0]).toEqual({
    ...{
      transition_id: expect.any(String),
      transition_name: 'pay',
      to_state_name: 'paid',
      to_state_metadata: {},
    },
    ...{
      transition_context: { form: 7 },
      transition_conditions: {},
      allowed: true,
      reason: null,
      not_enforced: [],
    },
  })
  expect(found[1]).toMatchObject({
    ...{
      allowed: false,
      not_enforced: ['low'],
      reason: 'metadata.country must be in ["CH", "DE"], and is not there.',
    },
    transition_conditions: (claim.transitions[2] as { conditions: object }).conditions,
  })
  expect(found[2]?.to_state_metadata).toEqual({ color: 'blue' })
})

test('it says why not, for who asks', async () => {
  const id = await start({ amount: 1500, country: 'CH' })
  expect(await said(id, { by: 'eve' })).toEqual({
    check: true,
    refuse:
      'Its condition cannot be judged: context.deciders is not there; context is an empty mapping.',
  })
  await move(id, { name: 'check', by: 'ada' })
  expect(
    await said(id, {
      by: 'ada',
      roles: ['boss'],
      notes: 'fraud',
      context: { what: 1, deciders: [] },
    }),
  ).toEqual({
    ...{
      pay: 'It takes somebody else: "ada" did "check" before.',
      pay_large: true,
      again: true,
      refuse: true,
    },
  })
  expect(
    await said(id, {
      by: 'bob',
      metadata: { what: '' },
      notes: 'x',
      context: { deciders: ['al'] },
    }),
  ).toMatchObject({
    ...{
      pay: 'It takes one of the roles "payer", "boss".',
      again: 'It takes a value for "what", in the context or the metadata.',
    },
    refuse: 'Its condition does not hold: by in context.deciders or transition.notes == "fraud".',
  })
  // of the session, where nobody says who asks
  const [role] = await kernel.query<{ name: string }>('select session_user as name')
  expect(await said(id, { context: { deciders: [`role:${role?.name}`] } })).toMatchObject({
    refuse: true,
  })
})

test('what is said to be allowed is, and what is not is refused for that reason', async () => {
  const askers = [
    ...[
      { by: 'ada' },
      { by: 'bob', roles: ['payer'] },
      { by: 'ada', roles: ['boss'], notes: 'fraud', context: { deciders: [] } },
    ],
    ...[
      { by: 'al', notes: 'why', context: { what: 'x', deciders: ['al'] } },
      { by: 'al', notes: 'why', metadata: { what: 0 } },
    ],
  ]
  const client = await kernel.connect()
  for (const metadata of [
    { amount: 5 },
    { amount: 2000, country: 'DE' },
    { amount: 'much' },
    {},
    { amount: null },
  ]) {
    for (const asker of askers) {
      const ids = [await start(metadata)]
      if ('amount' in metadata && typeof metadata.amount === 'number') {
        const id = await start(metadata)
        await move(id, { name: 'check', by: 'ada' })
        ids.push(id)
      }
      for (const id of ids)
        for (const way of await ways(id, asker)) {
          await client.query('begin')
          const asked = client.query('select millrace.transition($1, $2)', [
            id,
            { ...asker, name: way.transition_name },
          ])
          const error = await asked.then(
            () => null,
            (problem: Error & { code: string }) => problem,
          )
          expect([way.transition_name, asker, error === null]).toEqual([
            way.transition_name,
            asker,
            way.allowed,
          ])
          if (error)
            expect([error.code, error.message]).toEqual([
              'MR013',
              expect.stringContaining(way.reason as string),
            ])
          await client.query('rollback')
        }
    }
  }
})

test('of several to one state that is taken which is allowed', async () => {
  const id = await start({ amount: 5000, country: 'DE' })
  await move(id, { name: 'check', by: 'ada' })
  expect(await move(id, { to_state: 'paid', by: 'ada' })).toMatchObject({
    to: 'paid',
    name: 'pay_large',
  })
})

test('a final state has what is said to leave it, unless another lives', async () => {
  const id = await start({ amount: 5000, country: 'DE' }, 'twice')
  await move(id, { name: 'check', by: 'ada' })
  await move(id, { name: 'pay_large', by: 'ada' })
  expect(await said(id)).toEqual({ reopen: true })
  const other = await start({}, 'twice')
  expect(await said(id)).toEqual({
    reopen: '"twice" of "claims" has another live instance of "claim".',
  })
  await refusal(move(id, { name: 'reopen' }), 'MR018', 'twice')
  await move(other, { name: 'refuse', notes: 'fraud', context: { deciders: [] } })
  expect(await said(other)).toEqual({})
})

test('an entity is named too; another tenant sees none of it', async () => {
  const id = await start({}, 'named')
  const entity = { machine: 'claim', id: 'named' }
  expect((await ways(null, { entity })).map((way) => way.transition_name)).toEqual([
    'check',
    'refuse',
  ])
  await refusal(ways(id, { tenant: 'second' }), 'MR043', id)
  await refusal(ways(null, { entity, tenant: 'second' }), 'MR043', 'no machine "claim"')
  await refusal(ways('00000000-0000-7000-8000-000000000000'), 'MR043', '00000000')
  await refusal(ways(null), 'MR001', 'one of the two')
  await refusal(ways(id, { entity }), 'MR001', 'one of the two')
  const many = await kernel.query(
    'select * from millrace.transitions_of(2, array[$1::uuid], $2, $3)',
    [id, 'x', '{}'],
  )
  expect(many).toEqual([])
})

test('hostile options are refused', async () => {
  const id = await start()
  for (const bad of [
    { roles: 'boss' },
    { roles: [1] },
    { context: [] },
    { metadata: 'x' },
    { by: 7 },
    { name: 'check' },
  ])
    await refusal(ways(id, bad), 'MR001', /./)
  const context = { deciders: { __proto__: 1, al: 1 }, constructor: 'x' }
  expect(await said(id, { by: 'al', context })).toMatchObject({ refuse: true })
  expect(await said(id, { by: 'al', context: { deciders: 'balance' } })).toMatchObject({
    refuse: true,
  })
  expect(await said(id, { by: "al'; drop table x; --", context: { deciders: 7 } })).toMatchObject({
    refuse:
      'Its condition cannot be judged: an integer has nothing in it. Give a list, a text or a mapping.',
  })
  let deep: unknown = 1
  for (let i = 0; i < 500; i++) deep = [deep]
  expect(await said(id, { by: 'al', context: { deciders: [deep] } })).toMatchObject({
    refuse: expect.any(String),
  })
})
