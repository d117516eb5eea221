import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const collects = createWorkflowRef('collects')

test('messages are had once each, whoever has the run then, and what runs publish stays, though workers are killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  const killOne = async (nth: number) => {
    workers[nth]?.kill('SIGKILL')
    workers[nth] = await p.spawn()
  }
  const runs = await p.client.startWorkflows(
    collects,
    Array.from({ length: 30 }, () => ({ input: null })),
  )
  const send = async (to: readonly { id: string }[], eventName: string, data: unknown) => {
    for (const { id: runId } of to) {
      await p.client.triggerEvent({ runId, eventName, data, dedupeId: eventName })
    }
  }
  // each is sent twice under its id, and some before the run asks for it
  const twice = [...runs, ...runs]
  await send(twice, 'b', 2)
  await killOne(0)
  await send(twice, 'a', 1)
  await send(twice, 'no', 'first')
  await killOne(1)
  await send(twice, 'yes', 'second')
  await send(runs, 'end', 'last')
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  const all = { a: 1, b: 2, name: 'no', data: 'first', end: 'last' }
  expect(results).toEqual(runs.map(() => all))
  for (const run of runs) expect((await run.refresh()).state).toEqual({ phase: 'answered' })
  await until('nothing is kept of them', async () => {
    const kept = await p.db.value<number>('select count(*)::int from millrace.signals')
    return kept === 0
  })
  expect(await p.repeats()).toEqual([])
})
