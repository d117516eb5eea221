import { describe, expect, test } from 'vitest'
import type { MetricsJson } from '../../src/kernel/metrics.ts'
import { openKernel, type Route, row, timer } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'

const kernel = await openKernel()
const metrics = (options: object = {}) => kernel.call<MetricsJson>('get_metrics', options)

/** Finished runs, each a second longer than the one before; the newest last. */
async function finished(route: Route, count: number, status = 'c', ago = 0): Promise<void> {
  await kernel.query(
    `with made as (
       insert into millrace.runs (id, created_at, tenant_id, route_id)
       select millrace.take_ids() + i, millrace.clock() - ($4 + ($1 - i) * 10) * interval '1 s', $5, $2 from generate_series(1, $1) i
       returning id, created_at),
     cancels as (
       insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind)
       select m.id, m.created_at, 0, $5, 'x' from made m where $3::text = 'x')
     insert into millrace.outcomes (run_id, at, tenant_id, status)
     select m.id, m.created_at + row_number() over (order by m.id) * interval '1 s', $5, $3::text::"char" from made m`,
    [count, route.route, status, ago, route.tenant],
  )
}

test('without runs there are zeros, and no durations', async () => {
  const empty = await kernel.makeTenant('empty')
  expect(empty).toBeGreaterThan(1)
  expect(await metrics({ tenant: 'empty' })).toMatchObject({
    ...{ total: 0, complete: true, by_workflow: [], steps: [], steps_of: 0, queues: [] },
    by_status: { pending: 0, running: 0, waiting: 0, paused: 0, completed: 0, failed: 0 },
    durations: { count: 0, avg: null, p50: null, max: null },
  })
})

test('counts, durations and percentiles are those of the runs of the time asked for', async () => {
  const route = await kernel.route({ name: 'timed' })
  await finished(route, 100)
  await finished(route, 10, 'f', 5)
  await finished(route, 5, 'x', 5)
  await finished(route, 7, 'c', 3 * 86400)
  await kernel.start(route)
  const found = await metrics({ workflow_id: 'timed' })
  expect(found).toMatchObject({
    ...{ total: 116, complete: true },
    by_status: { pending: 1, completed: 100, failed: 10, cancelled: 5, running: 0 },
    durations: { count: 100, avg: 50_500, p50: 50_500, p90: 90_100, p99: 99_010, max: 100_000 },
    by_workflow: [{ workflow_id: 'timed', count: 116, completed: 100, failed: 10, p50: 50_500 }],
  })
  const since = new Date(Date.now() - 7 * 86_400_000).toISOString()
  expect(await metrics({ workflow_id: 'timed', since })).toMatchObject({ total: 123 })
  expect(await metrics({ workflow_id: 'none' })).toMatchObject({ total: 0, complete: true })
})

test('of more runs than are looked at it has the newest, and says from when on', async () => {
  const route = await kernel.route({ name: 'many' })
  await finished(route, 500)
  const found = await metrics({ workflow_id: 'many', most: 100 })
  expect([found.total, found.complete]).toEqual([100, false])
  const ago = (Date.parse(found.until) - Date.parse(found.from)) / 1000
  expect(ago).toBeGreaterThan(950)
  expect(ago).toBeLessThan(1050)
  expect(found.durations.max).toBe(500_000)
})

test('every state of an unfinished run is told', async () => {
  const route = await kernel.route({ name: 'states' })
  const worker = await kernel.worker()
  for (let i = 0; i < 3; i++) await kernel.start(route)
  const [waiting, running, paused] = await worker.claim(route)
  await worker.wait(waiting as never, timer('t', 60_000))
  await worker.keep(running as never, [row('r', 'a', 1)])
  await kernel.query('select millrace.pause_workflow(millrace.run_uuid($1))', [paused?.run])
  await worker.keep(paused as never, [row('r', 'a', 1)])
  await kernel.start(route, { delay: 60_000 })
  await kernel.start(route)
  const found = await metrics({ workflow_id: 'states' })
  expect(found.by_status).toMatchObject({ pending: 2, running: 1, waiting: 1, paused: 1 })
  expect(found.queues).toContainEqual(
    expect.objectContaining({ queue: 'default', capped: false, oldest: expect.any(String) }),
  )
})

test('steps are counted by their attempts; calls of one step and items of a map are one', async () => {
  const document = { name: 'g', steps: [{ id: 'fetch', type: 'http', config: {} }] }
  const route = await kernel.route({ name: 'stepped' })
  await kernel.query(
    `insert into millrace.workflow_documents (tenant_id, workflow_id, document, hash, created_at)
     select 1, o.workflow_id, $2, repeat('0', 64), now() from millrace.routes o where o.id = $1`,
    [route.route, JSON.stringify(document)],
  )
  const { worker, task } = await (async () => {
    await kernel.start(route)
    return kernel.lease(route)
  })()
  await worker.keep(task, [
    ...[row('e', 'fetch', {}), row('r', 'fetch', 1), row('r', 'fetch#2', 1)],
    ...[row('r', 'items[0]', 1), row('r', 'items[1]', 1), row('e', 'items[2]', {})],
    ...[row('f', 'items[2]', {}), row('r', 'items~delay'), row('g', 'wait')],
  ])
  const { steps, steps_of } = await metrics({ workflow_id: 'stepped' })
  expect([steps_of, steps]).toEqual([
    1,
    [
      {
        ...{ workflow_id: 'stepped', step_id: 'items', type: null, ended: 3, failed: 1 },
        ...{ rate: 0.3333, attempts: 4, failed_attempts: 2 },
      },
      {
        ...{ workflow_id: 'stepped', step_id: 'fetch', type: 'http', ended: 2, failed: 0 },
        ...{ rate: 0, attempts: 3, failed_attempts: 1 },
      },
    ],
  ])
})

test('deliveries of webhooks are counted, those that started nothing by the hour', async () => {
  const hooked = await kernel.makeTenant('hooked')
  const hook = await kernel.value<string>(
    `insert into millrace.webhooks (tenant_id, name, direction, scheme, created_at, keep_ms, active, url, events)
     values ($1, 'out', 'o', 'none', now(), 1000, true, 'https://a.example', '{}') returning id`,
    [hooked],
  )
  await kernel.query(
    `insert into millrace.webhook_deliveries (webhook_id, tenant_id, at, status)
     select $1, $2, now() - a.ago, a.status::"char"
     from (values (interval '1 s', 'a'), ('2 s', 'a'), ('3 s', 's'), ('3 s', 'f'), ('3 s', 'p'), ('3 s', 'r'), ('3 days', 'a')) a (ago, status)`,
    [hook, hooked],
  )
  await kernel.query(
    `insert into millrace.webhook_counts (webhook_id, hour, minute, tenant_id, in_minute, kept, rejected, errors, duplicates)
     select $1, date_trunc('hour', now() - a.ago), now(), $2, 0, 0, 100, 2, 3 from (values (interval '0'), ('3 days')) a (ago)`,
    [hook, hooked],
  )
  expect((await metrics({ tenant: 'hooked' })).webhooks).toEqual({
    ...{ accepted: 2, rejected: 100, errors: 2, duplicates: 3 },
    ...{ pending: 1, delivered: 1, failed: 1, complete: true },
  })
  expect((await metrics()).webhooks).toMatchObject({ accepted: 0, rejected: 0, complete: true })
})

test('nothing of another tenant is counted', async () => {
  const second = await kernel.makeTenant('second')
  await finished(await kernel.route({ name: 'theirs', tenant: second }), 3)
  expect(await metrics({ tenant: 'second' })).toMatchObject({ total: 3 })
  const ours = await metrics({ most: 20_000 })
  expect(ours.by_workflow.map((one) => one.workflow_id)).not.toContain('theirs')
})

test.each([
  [{ most: 99 }, /most is 99/],
  [{ most: 20_001 }, /most is 20001/],
  [{ since: 'yesterday-ish' }, /since must be a time/],
  [{ days: 1 }, /"days" is not known/],
])('%j is refused', async (options, message) => {
  await expect(metrics(options)).rejects.toThrow(message)
})

describe('with a long history', () => {
  test('it reads as much as with a short one', async () => {
    const route = await kernel.route({ name: 'long' })
    await finished(route, 8000)
    await kernel.query('analyze')
    const explain = await explainAll(kernel)
    const reads = await explain.reads('select millrace.get_metrics($1)', [
      { workflow_id: 'long', most: 100 },
    ])
    const rows = (table: string) =>
      reads.filter((read) => read.table === table).reduce((sum, read) => sum + read.rows, 0)
    expect(rows('runs')).toBeGreaterThan(0)
    for (const table of ['runs', 'outcomes', 'checkpoints', 'live'])
      expect(rows(table), table).toBeLessThan(1500)
    expect(reads.filter(({ how }) => how.startsWith('Seq Scan on runs'))).toEqual([])
  })
})
