import { describe, expect, test } from 'vitest'
import { createKernel, openKernel, uuid } from '../support/kernel.ts'
import { openTrack } from '../support/race.ts'
import { refusal } from '../support/refusal.ts'
import { until } from '../support/until.ts'
import { ACCEPT, acceptValues, webhookTools } from '../support/webhooks.ts'

const kernel = await openKernel()
const { put, accept, list, idOf, show } = webhookTools(kernel)
let names = 0

async function hook(options: object = {}, definition: object = {}): Promise<string> {
  const { name } = await kernel.route({ definition })
  const id = `h${++names}`
  await put(id, { workflow_id: name, ...options })
  return id
}
const runsOf = (workflow: string) =>
  kernel.value<number>('select count(*)::int from millrace.get_runs($1)', [
    { workflow_id: workflow, limit: 100 },
  ])

test('the run and the row of the delivery are there, or neither', async () => {
  const id = await hook({ queue: 'hooks', tags: ['t'], priority: 3, resource_id: 'r' })
  const done = await accept(id, { body: { n: 1.5 }, headers: { 'x-e': 'push' }, key: 'd1' })
  expect(done).toEqual({
    status: 'accepted',
    delivery: expect.any(String),
    run: expect.any(String),
  })
  expect(await kernel.value('select millrace.get_run($1)', [done?.run])).toMatchObject({
    ...{ input: { payload: { n: 1.5 }, headers: { 'x-e': 'push' } }, queue: 'hooks', priority: 3 },
    ...{ tags: ['t'], resource_id: 'r', status: 'pending' },
  })
  expect(await list({ webhook_id: id })).toMatchObject([
    { id: done?.delivery, status: 'accepted', run_id: done?.run, delivery_key: 'd1', body: null },
  ])
  expect(await list({ id: done?.delivery })).toMatchObject([
    { body: '{"n":1.5}', source_ip: '1.2.3.4', headers: { 'x-e': 'push' }, direction: 'in' },
  ])
})

test('a process that dies before the commit has started and noted nothing; the repeat does both', async () => {
  const id = await hook()
  const client = await kernel.connect()
  await client.query('begin')
  const values = acceptValues(await idOf(id), { key: 'd1' })
  const { rows } = await client.query(ACCEPT, values)
  expect(rows[0].status).toBe('accepted')
  const { processID } = client as unknown as { processID: number }
  client.on('error', () => {})
  await kernel.query('select pg_terminate_backend($1)', [processID])
  const again = await until('its transaction is gone', () => accept(id, { key: 'd1' }))
  expect(again.status).toBe('accepted')
  expect(await list({ webhook_id: id })).toHaveLength(1)
  expect(await runsOf((await show(id)).workflow_id as string)).toBe(1)
})

describe('the same delivery twice', () => {
  test('by its name: the second is told of the first one, and starts nothing', async () => {
    const id = await hook()
    const first = await accept(id, { key: 'd1', body: 1 })
    const second = await accept(id, { key: 'd1', body: 2 })
    expect(second).toEqual({ ...first, status: 'duplicate' })
    expect(await list({ webhook_id: id })).toMatchObject([
      { status: 'duplicate', redelivery_of: first?.delivery, run_id: first?.run },
      { status: 'accepted' },
    ])
    expect(await accept(await hook(), { key: 'd1' })).toMatchObject({ status: 'accepted' })
  })

  test('by its content, under another name, or none', async () => {
    const id = await hook()
    const first = await accept(id, { key: 'd1', content: 'c', byContent: true })
    for (const key of ['d2', null])
      for (const byContent of [true, false])
        expect(await accept(id, { key, content: 'c', byContent })).toEqual({
          ...first,
          status: 'duplicate',
        })
    const other = await hook()
    expect(await accept(other, { content: 'c' })).toMatchObject({ status: 'accepted' })
    expect(await accept(other, { content: 'c' })).toMatchObject({ status: 'accepted' })
  })

  test('both at once: the second waits for the first, and is its duplicate', async () => {
    const id = await hook()
    const track = await openTrack(kernel)
    const call = (given: object) => {
      const values = idOf(id).then((webhook) => acceptValues(webhook, given))
      return async (client: { query(t: string, v: unknown[]): Promise<unknown> }) =>
        client.query(ACCEPT, await values)
    }
    const same = { key: 'd1', content: 'c', byContent: true }
    const { first, second, waited } = await track.inTurn(call(same), call(same))
    expect(waited).toBe(true)
    const [one] = first.rows as { run: string }[]
    expect(second.rows).toEqual([{ ...one, status: 'duplicate' }])
    expect(await runsOf((await show(id)).workflow_id as string)).toBe(1)
  })

  test('both at once, of which the first rolls back: the second is accepted', async () => {
    const id = await hook()
    const [one, two] = [await kernel.connect(), await kernel.connect()]
    const values = acceptValues(await idOf(id), { key: 'd1' })
    await one.query('begin')
    await one.query(ACCEPT, values)
    const second = two.query(ACCEPT, values)
    await one.query('rollback')
    expect((await second).rows[0].status).toBe('accepted')
    expect(await runsOf((await show(id)).workflow_id as string)).toBe(1)
  })

  test('a hundred at once: one run', async () => {
    const id = await hook()
    const all = await Promise.all(Array.from({ length: 100 }, () => accept(id, { key: 'd1' })))
    expect(new Set(all.map((one) => one?.run)).size).toBe(1)
    expect(all.filter((one) => one?.status === 'accepted')).toHaveLength(1)
    expect(await runsOf((await show(id)).workflow_id as string)).toBe(1)
    expect(await show(id)).toMatchObject({ duplicates: 99 })
    expect((await list({ webhook_id: id, limit: 101 })).length).toBeLessThanOrEqual(11)
  })
})

test('a webhook that is gone, or not active, takes nothing', async () => {
  const id = await hook()
  const number = await idOf(id)
  const { path } = await put(id, { workflow_id: (await show(id)).workflow_id, active: false })
  expect(await accept(id)).toBeUndefined()
  expect(await kernel.query('select from millrace.webhook_at($1)', [path])).toEqual([])
  await put(id, { workflow_id: (await show(id)).workflow_id, active: true })
  expect(await accept(id)).toMatchObject({ status: 'accepted' })
  await kernel.call('delete_webhook', id)
  expect(await kernel.query(ACCEPT, acceptValues(number))).toEqual([])
})

test('of what cannot be started nothing is noted: its name is free for the next try', async () => {
  const id = await hook({ version: '1' })
  const big = accept(id, { key: 'd1', body: 'x'.repeat(1_100_000) })
  await refusal(big, 'MR002', /1 MiB/)
  expect(await list({ webhook_id: id })).toEqual([])
  expect(await accept(id, { key: 'd1' })).toMatchObject({ status: 'accepted' })
})

test('the rules of the workflow hold: a singleton that is joined is the same run, and each delivery is noted', async () => {
  const rules = { singleton: { on: 'join', key: ['payload.id'] } }
  const id = await hook({}, { rules })
  const first = await accept(id, { body: { id: 7 } })
  const second = await accept(id, { body: { id: 7 } })
  expect(second).toMatchObject({ status: 'accepted', run: first?.run })
  expect((await accept(id, { body: { id: 8 } }))?.run).not.toBe(first?.run)
})

describe('pages', () => {
  test('newest first, forwards and backwards, by webhook, by status, of the tenant', async () => {
    await using own = await createKernel()
    const tools = webhookTools(own)
    const { name } = await own.route()
    await tools.put('a', { workflow_id: name })
    await tools.put('b', { workflow_id: name })
    for (let i = 0; i < 7; i++) await tools.accept(i % 2 ? 'b' : 'a', { key: `k${i}` })
    await tools.reject('a')
    const keys = async (options: object) =>
      (await tools.list(options)).map((row) => row.delivery_key)
    expect(await keys({})).toEqual([null, 'k6', 'k5', 'k4', 'k3', 'k2', 'k1', 'k0'])
    expect(await keys({ webhook_id: 'b' })).toEqual(['k5', 'k3', 'k1'])
    expect(await keys({ webhook_id: 'a', status: 'accepted', limit: 2 })).toEqual(['k6', 'k4'])
    const [, , third] = (await tools.list({ webhook_id: 'a' })) as { id: string }[]
    expect(await keys({ webhook_id: 'a', after: third?.id })).toEqual(['k2', 'k0'])
    expect(await keys({ webhook_id: 'a', before: third?.id, limit: 1 })).toEqual(['k6'])
    expect(await keys({ before: third?.id, limit: 2 })).toEqual(['k6', 'k5'])
    expect(await keys({ after: '0' })).toEqual([])
    expect(await keys({ after: 'x' })).toEqual([])
    await own.makeTenant('acme')
    expect(await tools.list({ tenant: 'acme' })).toEqual([])
    await refusal(tools.list({ tenant: 'acme', webhook_id: 'a' }), 'MR041', /no webhook "a"/)
    await refusal(tools.list({ tenant: 'acme', id: third?.id }), 'MR041', /no delivery/)
    await refusal(tools.list({ id: 'x' }), 'MR041', /no delivery "x"/)
    await refusal(tools.list({ status: 'odd' }), 'MR001', /status "odd"/)
  })
})

describe('delivered again', () => {
  const again = (id: string | undefined, options: object = {}) =>
    kernel.call<Record<string, unknown>>('redeliver', id, options)

  test('what was accepted starts another run, with the same input; the same call again changes nothing', async () => {
    const id = await hook()
    const first = await accept(id, { key: 'd1', body: { n: 1 } })
    const second = await again(first?.delivery, { dedupe_id: 'x' })
    expect(second).toMatchObject({
      status: 'accepted',
      redelivery_of: first?.delivery,
      headers: { 'x-a': 'b' },
    })
    expect(second.run_id).not.toBe(first?.run)
    expect(await kernel.value('select millrace.get_run($1)', [second.run_id])).toMatchObject({
      input: { payload: { n: 1 }, headers: { 'x-a': 'b' } },
    })
    expect(await again(first?.delivery, { dedupe_id: 'x' })).toMatchObject({ id: second.id })
    expect((await again(first?.delivery)).id).not.toBe(second.id)
    expect(await accept(id, { key: 'd1' })).toEqual({ ...first, status: 'duplicate' })
  })

  test('what was an error starts its run at last; what its sender repeats is the same then', async () => {
    const id = await hook()
    const { reject } = webhookTools(kernel)
    const given = { key: 'd1', content: 'c', byContent: true }
    const error = (await reject(id, { error: true, body: '{"n": 2}', ...given })) as string
    const done = await again(error)
    expect(done).toMatchObject({ status: 'accepted', redelivery_of: error, delivery_key: 'd1' })
    expect(await accept(id, given)).toMatchObject({ status: 'duplicate', run: done.run_id })
    expect(await again(error)).toMatchObject({ id: done.id })
  })

  test('what its sender has repeated meanwhile is not started again', async () => {
    const id = await hook()
    const { reject } = webhookTools(kernel)
    const error = (await reject(id, { error: true, body: '{}', key: 'd1' })) as string
    const done = await accept(id, { key: 'd1' })
    expect(await again(error)).toMatchObject({ id: done?.delivery, run_id: done?.run })
  })

  test('forgeries, duplicates, and those of others are not', async () => {
    const id = await hook()
    const { reject } = webhookTools(kernel)
    const first = await accept(id, { key: 'd1' })
    await accept(id, { key: 'd1' })
    const [duplicate] = (await list({ webhook_id: id, status: 'duplicate' })) as { id: string }[]
    await refusal(again(duplicate?.id), 'MR011', /the same came before/)
    await refusal(again((await reject(id)) as string), 'MR011', /it was rejected/)
    await kernel.makeTenant(`t-${id}`)
    await refusal(again(first?.delivery, { tenant: `t-${id}` }), 'MR041', /no delivery/)
    await refusal(again('nine'), 'MR041', /no delivery "nine"/)
    await refusal(again(first?.delivery, { dedupe_id: 'x'.repeat(129) }), 'MR001', /dedupe_id/)
    await put(id, { workflow_id: (await show(id)).workflow_id, active: false })
    await refusal(again(first?.delivery), 'MR011', /not active/)
  })
})

test('the run of a delivery is a run as any other', async () => {
  const { name, route, tenant } = await kernel.route()
  await put('worked', { workflow_id: name })
  await accept('worked', { body: { n: 3 } })
  const { task } = await kernel.lease({ name, route, tenant })
  expect(JSON.parse(task.input as string)).toEqual({ payload: { n: 3 }, headers: { 'x-a': 'b' } })
  expect(uuid(task.run)).toMatch(/^[0-9a-f-]{36}$/)
})
