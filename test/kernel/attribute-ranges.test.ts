import { beforeAll, describe, expect, test } from 'vitest'
import { openKernel, type Route, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Row = { run: { id: string; attributes: object } | null; last_seen: string | null }
const list = (options: object) =>
  kernel.query<Row>('select * from millrace.get_runs($1)', [options])

const attributes = {
  customer: { path: 'customer.id', type: 'text' },
  amount: { path: 'amount', type: 'number' },
  due: { type: 'instant' },
  vip: { type: 'boolean' },
  any: { path: 'any' },
}
let order: Route
const runs: Record<string, string> = {}
const names = async (options: object) => {
  const found = (await list({ workflow_id: order.name, limit: 100, ...options })).map(
    ({ run }) => run?.id,
  )
  return Object.keys(runs).filter((name) => found.includes(uuid(runs[name] as string)))
}
const by = (conditions: object, more: object = {}) => names({ attributes: conditions, ...more })

beforeAll(async () => {
  order = await kernel.route({ definition: { attributes } })
  const start = async (name: string, values: object, more: object = {}) => {
    runs[name] = await kernel.start(order, { meta: { attributes: values, ...more } })
  }
  await start('a', {
    customer: 'c1',
    amount: 50,
    due: '2027-03-01T09:00:00+02:00',
    vip: true,
    any: 1,
  })
  await start(
    'b',
    { customer: 'c1', amount: 100, due: '2027-03-01T07:30:00Z', any: 'one' },
    { tags: ['x'] },
  )
  await start('c', { customer: 'c2', amount: 499.5, vip: false, any: true })
  await start('d', { customer: 'c3', amount: -7, other: 'kept' })
  await start('e', {})
})

describe('runs are found by', () => {
  test('a value, one of several, and bounds', async () => {
    expect(await by({ customer: 'c1' })).toEqual(['a', 'b'])
    expect(await by({ customer: { in: ['c2', 'c3', 'c9'] } })).toEqual(['c', 'd'])
    expect(await by({ amount: { gte: 100, lt: 500 } })).toEqual(['b', 'c'])
    expect(await by({ amount: { gt: 100 } })).toEqual(['c'])
    expect(await by({ amount: { lte: 50 } })).toEqual(['a', 'd'])
    expect(await by({ amount: { lt: -7 } })).toEqual([])
    expect(await by({ amount: 100 })).toEqual(['b'])
    expect(await by({ vip: false })).toEqual(['c'])
    expect(await by({ due: { lt: '2027-03-01T07:15:00Z' } })).toEqual(['a'])
    expect(await by({ due: '2027-03-01T07:00:00Z' })).toEqual(['a'])
  })

  test('values of several types, each compared with its like', async () => {
    expect(await by({ any: 1 })).toEqual(['a'])
    expect(await by({ any: { gte: 'a' } })).toEqual(['b'])
    expect(await by({ any: { in: [true, 1] } })).toEqual(['a', 'c'])
    expect(await by({ any: { gte: 0, lt: 'z' } })).toEqual(['a', 'b'])
  })

  test('several attributes, and what else a filter has', async () => {
    expect(await by({ customer: 'c1', amount: { gte: 60 } })).toEqual(['b'])
    expect(await by({ customer: 'c1', amount: { gt: 100 } })).toEqual([])
    expect(await by({ amount: { gte: 0 } }, { tags: ['x'] })).toEqual(['b'])
    expect(await by({ customer: 'c1' }, { statuses: ['failed'] })).toEqual([])
    expect(await by({ customer: 'c1' }, { statuses: ['pending'] })).toEqual(['a', 'b'])
    expect(await by({})).toEqual(Object.keys(runs))
    const ids = [runs.a, runs.c].map((run) => uuid(run as string))
    expect(await by({ customer: 'c1' }, { run_ids: ids })).toEqual(['a'])
  })
})

test('what is not declared is shown, and not found', async () => {
  expect((await kernel.run(runs.d as string)).attributes).toEqual({
    customer: 'c3',
    amount: -7,
    other: 'kept',
  })
  const call = () => list({ workflow_id: order.name, attributes: { other: 'kept' } })
  await refusal(call(), 'MR001', `There is no attribute "other" of workflow "${order.name}".`)
  await expect(call()).rejects.toMatchObject({
    hint: expect.stringContaining(
      'amount (number), any (text, number or boolean), customer (text)',
    ),
  })
})

test.each([
  [
    { amount: 'much' },
    'Attribute "amount" cannot be compared with "much": it is declared as number.',
  ],
  [{ amount: { gte: '1' } }, 'cannot be compared with 1'],
  [{ due: { lt: 'tomorrow' } }, 'it is declared as instant'],
  [{ vip: { in: [true, 'no'] } }, 'cannot be compared with "no"'],
  [{ customer: null }, '"customer" must be compared with a value'],
  [{ customer: ['c1'] }, 'must be compared with a value'],
  [{ customer: {} }, 'by gte, gt, lte, lt or in'],
  [{ customer: { like: 'c' } }, 'by gte, gt, lte, lt or in'],
  [{ customer: { in: [] } }, 'an array of 1 to 100 values'],
  [{ customer: { in: 'c1' } }, 'an array of 1 to 100 values'],
  [{ customer: { in: [null] } }, 'cannot be compared with null'],
  [{ customer: { gte: null } }, 'texts, numbers or booleans'],
  [{ customer: { in: ['c1'], gte: 'a' } }, 'in together with others'],
  [{ amount: { gte: 1, gt: 2 } }, 'two bounds on one side'],
  [{ nobody: 1 }, 'There is no attribute "nobody"'],
])('%j is refused', async (conditions, message) => {
  await refusal(list({ workflow_id: order.name, attributes: conditions }), 'MR001', message)
})

test('a filter that says nothing is no filter, and refused in bulk', async () => {
  for (const filter of [{ attributes: {} }, { attributes: null }])
    await refusal(kernel.call('bulk_cancel', filter, {}), 'MR004', 'empty')
  const nothing = { attributes: { customer: null } }
  await refusal(kernel.call('bulk_cancel', nothing, {}), 'MR001', 'must be compared with a value')
  const filter = { workflow_id: order.name, attributes: { customer: 'c1' } }
  const dry = await kernel.call<{ matched: number }>('bulk_cancel', filter, { dry_run: true })
  expect(dry.matched).toBe(2)
})

test('a range that is neither narrow nor near is found all the same, page by page', async () => {
  const route = await kernel.route({ definition: { attributes: { n: { type: 'number' } } } })
  const first = BigInt(await kernel.call<string>('take_ids'))
  const count = 4000
  await kernel.query(
    `insert into millrace.runs (id, created_at, tenant_id, route_id) select $1::bigint + i, now(), 1, $2 from generate_series(0, $3 - 1) i`,
    [first, route.route, count],
  )
  await kernel.query(
    `insert into millrace.outcomes (run_id, at, tenant_id, status, output) select $1::bigint + i, now(), 1, 'c', '1' from generate_series(0, $2 - 1) i`,
    [first, count],
  )
  await kernel.query(
    `update millrace.runs set meta = format('{"attributes":{"n":%s}}', id - $1::bigint) where route_id = $2`,
    [first, route.route],
  )
  await kernel.query(
    `insert into millrace.run_attributes (run_id, attribute, tenant_id, key)
     select $1::bigint + i, a.id, 1, millrace.attribute_key('n', to_jsonb(i)) from generate_series(0, $2 - 1) i, millrace.attributes a
     where a.workflow = $3`,
    [first, count, route.name],
  )
  // the older half, of which there are more than a thousand
  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const page: Row[] = await list({
      workflow_id: route.name,
      attributes: { n: { lt: 2000 } },
      limit: 100,
      ...(after ? { after } : {}),
    })
    seen.push(...page.flatMap(({ run }) => run?.id ?? []))
    after = page[0]?.last_seen ?? null
    if (after === null) break
  }
  expect(seen).toEqual(
    Array.from({ length: 2000 }, (_, i) => uuid(String(first + 1999n - BigInt(i)))),
  )
  const up = await list({
    workflow_id: route.name,
    attributes: { n: { gte: 3000 } },
    before: uuid(String(first + 10n)),
    limit: 3,
  })
  expect(up.map(({ run }) => run?.id)).toEqual(
    [3002n, 3001n, 3000n].map((n) => uuid(String(first + n))),
  )
})

test('without a workflow all that declare the attribute are looked through, if they agree on its type', async () => {
  const one = await kernel.route({
    definition: { attributes: { shared: { type: 'text' }, torn: { type: 'text' } } },
  })
  const other = await kernel.route({
    definition: { attributes: { shared: { type: 'text' }, torn: { type: 'number' } } },
  })
  const ids = []
  for (const route of [one, other])
    ids.unshift(uuid(await kernel.start(route, { meta: { attributes: { shared: 's' } } })))
  expect((await list({ attributes: { shared: 's' } })).map(({ run }) => run?.id)).toEqual(ids)
  await refusal(
    list({ attributes: { torn: 'x' } }),
    'MR001',
    'of different types in different workflows: number, text',
  )
  expect(await list({ attributes: { torn: 'x' }, workflow_id: one.name })).toEqual([])
})

test('the type that was registered last counts', async () => {
  const route = await kernel.route({ definition: { attributes: { size: { type: 'text' } } } })
  await kernel.start(route, { meta: { attributes: { size: 'large' } } })
  await kernel.route({ name: route.name, definition: { attributes: { size: { type: 'number' } } } })
  const run = await kernel.start(route, { meta: { attributes: { size: 7 } } })
  const found = await list({ workflow_id: route.name, attributes: { size: { gte: 1 } } })
  expect(found.map((row) => row.run?.id)).toEqual([uuid(run)])
  await kernel.route({ name: route.name, definition: { attributes: { size: { type: 'text' } } } })
  expect(await list({ workflow_id: route.name, attributes: { size: 'large' } })).toHaveLength(1)
})

test('tenants are apart', async () => {
  const tenant = await kernel.makeTenant('attributes')
  const theirs = await kernel.route({ tenant, name: order.name, definition: { attributes } })
  const run = await kernel.start(theirs, { meta: { attributes: { customer: 'c1' } } })
  expect(await by({ customer: 'c1' })).toEqual(['a', 'b'])
  const found = await list({
    tenant: 'attributes',
    workflow_id: order.name,
    attributes: { customer: 'c1' },
  })
  expect(found.map((row) => row.run?.id)).toEqual([uuid(run)])
  await refusal(
    list({ tenant: 'attributes', attributes: { shared: 's' } }),
    'MR001',
    'no attribute "shared"',
  )
})

test('definitions that cannot be are refused', async () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}`, {}]))
  for (const [bad, message] of [
    [{ x: { type: 'date' } }, '"x" must be of type text'],
    [{ x: { path: 'a..b' } }, '"x" must have a path'],
    [{ 'x\n': {} }, 'is no name'],
    [{ x: 'a' }, '"x" must be an object'],
    [many, 'at most 16 names'],
  ] as const) {
    await refusal(kernel.route({ definition: { attributes: bad } }), 'MR001', message)
  }
})
