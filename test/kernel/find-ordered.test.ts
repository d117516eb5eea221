import { beforeAll, describe, expect, test } from 'vitest'
import { openKernel, type Route, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Row = { run: { id: string } | null; last_seen: string | null; place: string | null }
const definition = { attributes: { amount: { type: 'number' }, region: { type: 'text' } } }

let route: Route
/** Each value twice, in no order of their start. */
const runs: { id: string; amount: number }[] = []
const list = (options: object = {}, direction = 'asc') =>
  kernel.query<Row>('select * from millrace.get_runs($1)', [
    { workflow_id: route.name, order_by: { attribute: 'amount', direction }, ...options },
  ])
const idsOf = (rows: Row[]) => rows.map(({ run }) => run?.id)
const sorted = () =>
  [...runs]
    .sort((a, b) => a.amount - b.amount || Number(BigInt(a.id) - BigInt(b.id)))
    .map(({ id }) => uuid(id))

beforeAll(async () => {
  route = await kernel.route({ definition })
  for (const amount of [3, -1, 2, 10, 0.5, 3, -1, 2, 10, 0.5]) {
    const region = runs.length % 2 === 0 ? 'eu' : 'us'
    runs.push({
      id: await kernel.start(route, { meta: { attributes: { amount, region } } }),
      amount,
    })
  }
  await kernel.start(route, { meta: { attributes: { region: 'eu' } } })
})

describe('in the order of an attribute', () => {
  test('upwards and downwards; runs without it are none of them', async () => {
    expect(idsOf(await list())).toEqual(sorted())
    expect(idsOf(await list({}, 'desc'))).toEqual(sorted().reverse())
    expect(idsOf(await list({ limit: 3 }))).toEqual(sorted().slice(0, 3))
  })

  test.each(['asc', 'desc'])('pages lead to and fro: %s', async (direction) => {
    const all = direction === 'asc' ? sorted() : sorted().reverse()
    const seen: unknown[] = []
    const pages: Row[][] = []
    for (let after: string | null = null; ; ) {
      const page: Row[] = await list({ limit: 3, ...(after ? { after } : {}) }, direction)
      pages.push(page)
      seen.push(...idsOf(page))
      after = page.at(-1)?.last_seen ?? null
      if (after === null) break
    }
    expect(seen).toEqual(all)
    const before = pages[2]?.[0]?.place as string
    expect(idsOf(await list({ limit: 3, before }, direction))).toEqual(all.slice(3, 6))
    expect(idsOf(await list({ limit: 30, before }, direction))).toEqual(all.slice(0, 6))
  })

  test('with conditions, on that attribute and others', async () => {
    const of = (from: number, to: number) =>
      sorted().filter((id) =>
        runs.some((run) => uuid(run.id) === id && run.amount >= from && run.amount < to),
      )
    expect(idsOf(await list({ attributes: { amount: { gte: 0.5, lt: 10 } } }))).toEqual(of(0.5, 10))
    expect(idsOf(await list({ attributes: { amount: { in: [10, -1] } } }))).toEqual([
      ...of(-1, 0),
      ...of(10, 11),
    ])
    const east = await list({ attributes: { region: 'eu', amount: { gte: 2 } }, limit: 2 })
    const eu = of(2, 11).filter((id) => runs.some((run, i) => uuid(run.id) === id && i % 2 === 0))
    expect(idsOf(east)).toEqual(eu.slice(0, 2))
    expect(
      idsOf(
        await list({ attributes: { region: 'eu', amount: { gte: 2 } }, after: east[1]?.place }),
      ),
    ).toEqual(eu.slice(2))
  })
})

test('a cursor stays right when its run has gone, or has another value', async () => {
  const own = await kernel.route({ definition })
  const of = { workflow_id: own.name, order_by: { attribute: 'amount' }, limit: 2 }
  const page = (options: object) =>
    kernel.query<Row>('select * from millrace.get_runs($1)', [{ ...of, ...options }])
  const ids: string[] = []
  for (const amount of [1, 2, 3, 4, 5])
    ids.push(await kernel.start(own, { meta: { attributes: { amount } } }))
  const first = await page({})
  expect(idsOf(first)).toEqual(ids.slice(0, 2).map(uuid))
  const worker = await kernel.worker()
  const tasks = await worker.claim(own)
  const second = tasks.find(({ run }) => run === ids[1])
  if (!second) throw new Error('it was not claimed')
  await worker.advance(second, {
    op: 'c',
    output: '1',
    tail: [row('l', '$attributes', { amount: 9 })],
    values: ['{"amount": 9}'],
  })
  const after = first[1]?.place
  expect(idsOf(await page({ after }))).toEqual([ids[2], ids[3]].map((id) => uuid(id as string)))
  await kernel.call('delete_runs', 1, [ids[1]])
  expect(idsOf(await page({ after }))).toEqual([ids[2], ids[3]].map((id) => uuid(id as string)))
  await kernel.start(own, { meta: { attributes: { amount: 2.5 } } })
  expect(idsOf(await page({ after, limit: 10 }))).toHaveLength(4)
})

test('what is no order, or no cursor of one, is refused', async () => {
  for (const order_by of [
    'amount',
    {},
    { attribute: 7 },
    { attribute: 'amount', direction: 'up' },
    { attribute: 'amount', by: 1 },
  ])
    await refusal(list({ order_by }), 'MR001', 'is no order')
  await refusal(list({ order_by: { attribute: 'size' } }), 'MR001', 'no attribute "size"')
  for (const after of ['x', 'ff.1', '00.1', '61.x', '61.1\n', uuid(runs[0]?.id as string)])
    await refusal(list({ after }), 'MR001', 'is not a cursor')
  expect(idsOf(await list({ order_by: null, limit: 1 }))).toHaveLength(1)
})
