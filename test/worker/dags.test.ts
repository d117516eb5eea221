// Flows and graphs, whose workers are killed in the middle.
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 60_000 }
const fanned = createWorkflowRef('fanned')
const tangle = createWorkflowRef('tangle')

/** Kills three workers, one after the other, while the runs are in the middle of their work. */
async function killMeanwhile(p: Processes, least: readonly number[]) {
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  return async () => {
    for (const [nth, effects] of least.entries()) {
      await until(`${effects} effects`, async () => (await p.effects()).length >= effects, LONG)
      workers[nth % 3]?.kill('SIGKILL')
      workers[nth % 3] = await p.spawn()
    }
  }
}

/** How often each step of each run was begun: once, but for those that a killed worker had in hand. */
async function begun(p: Processes): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for (const { run, step } of await p.effects()) {
    const key = `${run} ${step}`
    times.set(key, (times.get(key) ?? 0) + 1)
  }
  return times
}

test('a flow does each step once, whatever dies', { timeout: 120_000 }, async () => {
  await using p = await startProcesses()
  const kill = await killMeanwhile(p, [20, 60, 100])
  const runs = await p.client.startWorkflows(
    fanned,
    Array.from({ length: 10 }, () => ({ input: 12 })),
  )
  const killed = kill()
  await Promise.all(runs.map((run) => run.signal('go', 1)))
  await killed
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(results).toEqual(runs.map(() => ({ sum: [198, 'fast', false] })))
  expect((await begun(p)).size).toBe(10 * 14)
  expect(await p.repeats()).toEqual([])
})

test('a graph does each node once, whatever dies', { timeout: 120_000 }, async () => {
  await using p = await startProcesses()
  const kill = await killMeanwhile(p, [20, 60, 100])
  const items = Array.from({ length: 10 }, (_, i) => i)
  const runs = await p.client.startWorkflows(
    tangle,
    Array.from({ length: 10 }, () => ({ input: { n: 5, items } })),
  )
  const killed = kill()
  await Promise.all(runs.map((run) => run.signal('go', 1)))
  await killed
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  const expected = { each: 45, winner: 'signal', rounds: 3, far: 'far', end: 'end' }
  expect(results).toEqual(runs.map(() => expected))
  // first, ten items, yes, three rounds, far, end
  expect((await begun(p)).size).toBe(10 * 17)
  expect(await p.repeats()).toEqual([])
})

test('nodes that only compute are recorded once and in order, although their worker dies in the middle', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const worker = await p.spawn()
  const items = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_000)
  const run = await p.client.startWorkflow(createWorkflowRef('pure'), { items })
  const journal = () =>
    p.db.query<{ name: string; begun: number }>(
      'select name, begun from millrace.get_journal(millrace.run_number($1::uuid)) where kind <> $2',
      [run.id, 'd'],
    )
  await until('it is in the middle', async () => (await journal()).length > 0, LONG)
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  expect((await journal()).length).toBeLessThan(400)
  await p.spawn()
  expect(await run.result(LONG)).toEqual({ end: 400 * 10_000 })
  const names = (await journal()).map(({ name }) => name)
  expect(names).toEqual([...Array.from({ length: 400 }, (_, i) => `n${i}`), 'end'])
  expect((await p.effects()).map(({ step }) => step)).toEqual(['end'])
})
