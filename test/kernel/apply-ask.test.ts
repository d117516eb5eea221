import { expect, test } from 'vitest'
import { message, openKernel, row, timer } from '../support/kernel.ts'

const kernel = await openKernel()
async function asked(waits?: Parameters<typeof timer>) {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  if (waits) await worker.keep(task, [], [timer(...waits)])
  const id = (await kernel.run(run)).id as string
  await kernel.call('pause_workflow', id, { by: 'ada', reason: 'look' })
  expect(await kernel.run(run)).toMatchObject({ status: 'running' })
  return { route, run, id, worker, task }
}
const note = 'p {"reason" : "look", "by" : "ada"}'

test('a run that is kept pauses behind what was recorded', async () => {
  const { run, worker, task } = await asked()
  expect(await worker.keep(task, [row('r', 'a', 1)])).toEqual({ kind: 'paused' })
  expect(await kernel.journal(run)).toEqual(['r a 1', note])
  expect(await kernel.run(run)).toMatchObject({ status: 'paused', reason: 'person' })
  expect(await worker.keep(task, [row('r', 'b')])).toEqual({ kind: 'stale' })
})

test('a run that yields or parks pauses too, and keeps its waits', async () => {
  const first = await asked()
  expect(await first.worker.advance(first.task, { op: 'y', rows: [row('r', 'a')] })).toEqual({
    kind: 'paused',
  })
  expect(await kernel.journal(first.run)).toEqual(['r a', note])
  const { run, worker, task } = await asked()
  expect(await worker.wait(task, message('m', 'go'), timer('t', 60_000))).toEqual({
    kind: 'paused',
  })
  expect(await kernel.live(run)).toMatchObject({ state: 'p', wait_keys: ['m', 't'], wake_at: null })
})

test.each(['c', 'f'] as const)('a run that ends (%s) is not paused', async (op) => {
  const { run, worker, task } = await asked()
  const verdict = await worker.advance(task, { op, output: '{}', tail: [row('r', 'a')] })
  expect(verdict).toEqual({ kind: 'done' })
  expect(await kernel.live(run)).toBeNull()
  expect(await kernel.journal(run)).toEqual(['r a'])
})

test.each(['c', 'f'] as const)('nor is one that records something as it ends (%s)', async (op) => {
  const { run, worker, task } = await asked()
  const verdict = await worker.advance(task, { op, output: '{}', rows: [row('r', 'a')] })
  expect(verdict).toEqual({ kind: 'done' })
  expect(await kernel.live(run)).toBeNull()
  expect(await kernel.journal(run)).toEqual(['r a'])
})

test('of many runs, those that end end, and those that go on pause', async () => {
  const [one, two] = [await asked(), await asked()]
  expect(await one.worker.keep(one.task, [])).toEqual({ kind: 'paused' })
  expect(await two.worker.complete(two.task)).toEqual({ kind: 'done' })
})

test('news of a wait comes first; the pause follows at the next write', async () => {
  const { run, id, worker, task } = await asked()
  await kernel.call('trigger_event', id, 'go', 1)
  expect(await worker.wait(task, message('m', 'go'))).toEqual({
    kind: 'news',
    rows: [row('g', 'm', 1)],
  })
  const next = { ...task, journal: [row('g', 'm', 1)] }
  expect(await worker.keep(next, [row('r', 'a')])).toEqual({ kind: 'paused' })
  expect(await kernel.journal(run)).toEqual(['g m 1', 'r a', note])
})

test('resuming before it pauses takes the request back', async () => {
  const { run, id, worker, task } = await asked()
  await kernel.call('resume_workflow', id)
  expect(await kernel.live(run)).toMatchObject({ state: 'l', ask: null })
  expect(await worker.keep(task, [row('r', 'a')])).toEqual({ kind: 'done' })
  expect(await kernel.journal(run)).toEqual(['r a'])
})

test('asking twice is asking once, and the first reason stays', async () => {
  const { run, id, worker, task } = await asked()
  await kernel.call('pause_workflow', id, { by: 'bob' })
  await worker.keep(task, [])
  expect(await kernel.journal(run)).toEqual([note])
})
