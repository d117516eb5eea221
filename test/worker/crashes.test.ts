import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { killTheBusy, startProcesses } from './processes.ts'
import { sleepThroughLease } from './zombie.ts'

const steps = createWorkflowRef('steps')
const held = createWorkflowRef('held')
const LONG = { timeout: 40_000 }

test('workers that are killed lose no result, and no completed step runs again', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const inputs = Array.from({ length: 30 }, () => ({ input: { count: 6, ms: 30 } }))
  const runs = await p.client.startWorkflows(steps, inputs)
  const done = async (share: number) => (await p.effects()).length > share * 30 * 6
  await until('a third is done', () => done(0.3), LONG)
  await killTheBusy(p, workers)
  workers.push(await p.spawn())
  await until('two thirds are done', () => done(0.6), LONG)
  await killTheBusy(p, workers)
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(results).toEqual(runs.map(() => 15))
  expect(await p.repeats()).toEqual([])
  const deaths = await p.db.value<number>(
    "select count(*)::int from millrace.checkpoints where kind = 'd'",
  )
  expect(deaths).toBeGreaterThan(0)
})

test('a worker that slept through its lease changes nothing when it wakes, and works on', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  await sleepThroughLease(p, p.client, p.spawn)
})

test('an event loop that is blocked for two leases does not cost the lease', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const lease = '4 s' // the thread that renews it may be kept waiting where others are busy
  await Promise.all([p.spawn({ lease }), p.spawn({ lease })])
  const seen = async () =>
    (await p.client.getWorkers()).map((worker) => worker.leaseUntil.getTime()).sort()[0] ?? 0
  const registered = await seen()
  await until('both keep their leases', async () => (await seen()) > registered, LONG)
  const run = await p.client.startWorkflow(createWorkflowRef('blocking'), 9000)
  expect(await run.result(LONG)).toBe(1)
  expect((await p.effects()).length).toBe(1)
  expect((await run.timeline()).map(({ kind, status }) => [kind, status])).toEqual([
    ['step', 'completed'],
  ])
})

test('a run that kills its process five times is paused as poison, and its neighbours complete', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  let child = await p.spawn()
  const poison = await p.client.startWorkflow(createWorkflowRef('poison'), undefined)
  const neighbours = await p.client.startWorkflows(
    steps,
    Array.from({ length: 5 }, () => ({ input: { count: 4, ms: 100 } })),
  )
  let supervised = true
  const supervise = async () => {
    while (supervised) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      if (supervised) child = await p.spawn().catch(() => child)
    }
  }
  void supervise()
  const paused = await poison.waitForStatus('paused', { timeoutMs: 80_000 })
  expect(paused.reason).toBe('poison')
  expect((await p.effects()).filter(({ run }) => run === poison.id).length).toBe(5)
  const results = await Promise.all(neighbours.map((run) => run.result(LONG)))
  expect(results).toEqual([6, 6, 6, 6, 6])
  expect(await p.repeats()).toEqual([])
  supervised = false
})

test('on SIGTERM a worker finishes its steps, hands the rest back without blame, and ends by itself', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const worker = await p.spawn({ concurrency: 2, lease: '15 s', drainTimeout: '20 s' })
  const runs = await Promise.all([1, 2, 3, 4].map(() => p.client.startWorkflow(held, undefined)))
  const more = await p.client.startWorkflow(steps, { count: 3, ms: 10 })
  await until('two run', async () => (await p.effects()).length === 2, LONG)
  const exit = once(worker, 'exit')
  worker.kill('SIGTERM')
  await p.tell('go')
  expect(await exit).toEqual([0, null])
  await p.spawn()
  for (const run of runs) await run.result(LONG)
  expect(await more.result(LONG)).toBe(3)
  const effects = await p.effects()
  expect(effects.filter(({ step }) => step === 's').length).toBe(4)
  expect(await p.db.value("select count(*)::int from millrace.checkpoints where kind = 'd'")).toBe(
    0,
  )
})
