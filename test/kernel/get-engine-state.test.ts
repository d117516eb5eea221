import { expect, test } from 'vitest'
import type { EngineStateJson } from '../../src/kernel/metrics.ts'
import { openKernel, timer } from '../support/kernel.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel()
const state = () => kernel.call<EngineStateJson>('get_engine_state')

test('it counts workers, ready runs of all tenants, and how long what is due has waited', async () => {
  expect(await state()).toMatchObject({
    ...{ workers: 0, draining: 0, silent: 0, ready: 0, ready_capped: false, queues: {} },
    ...{ due_seconds: 0, events_due_seconds: 0, schedules_due_seconds: 0 },
  })
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, timer('t', 1000))
  await kernel.start(route)
  await kernel.start(await kernel.route({ tenant: second }))
  await kernel.advanceClock(61_000)
  const found = await state()
  expect(found).toMatchObject({ workers: 1, silent: 0, ready: 2, queues: { default: 2 } })
  expect(found.due_seconds).toBeGreaterThanOrEqual(59)
  expect(found.due_seconds).toBeLessThan(70)
  await kernel.query(`update millrace.workers set expires_at = now() - interval '1 s'`)
  expect(await state()).toMatchObject({ workers: 0, silent: 1 })
  await kernel.query('select millrace.drain_workers($1)', [{ all: true }])
})

test('what was started and ended is counted by the statistics of Postgres', async () => {
  const before = await state()
  const route = await kernel.route()
  for (let i = 0; i < 3; i++) await kernel.start(route)
  const client = await kernel.connect()
  await until('the statistics have come', async () => {
    await client.query('select pg_stat_force_next_flush()')
    return (await state()).started >= before.started + 3
  })
})

test('the oldest snapshot is as old as the transaction that has it', async () => {
  const client = await kernel.connect()
  await client.query('begin isolation level repeatable read')
  await client.query('select from millrace.runs')
  await until('it shows', async () => (await state()).snapshot_seconds > 0.05)
  await client.query('commit')
  await until('it is gone', async () => (await state()).snapshot_seconds < 0.05)
})
