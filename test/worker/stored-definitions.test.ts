import { expect, test } from 'vitest'
import { NonRetryableError } from '../../src/model/errors.ts'
import type { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { tinyFlow, versionOf } from '../support/documents.ts'
import { startEngine, type TestEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const fast = { pollInterval: 50 }
const before = ['first', 'wait', 'last']
const after = ['first', 'wait', 'check', 'last']
const handlers = { first: () => 1, check: () => 2, last: () => 'old' }
const newer = { ...handlers, last: () => 'new' }
/** The code of before the change, and of after it. */
const codeA = tinyFlow('order', before, handlers)
const codeB = tinyFlow('order', after, newer)

const waiting = async (engine: WorkflowEngine, runId: string) =>
  until('it waits', async () => (await engine.getRun({ runId })).status === 'waiting')

/** A run that waits, begun by code that is not there any more. */
async function leftByA(t: TestEngine, a = codeA): Promise<string> {
  const engine = await t.another([a], fast)
  const { id } = await engine.startWorkflow(a, null)
  await waiting(engine, id)
  await engine.stop()
  return id
}

test('a process with the new code only finishes the runs of the old shape', async () => {
  await using t = await startEngine([], fast)
  const id = await leftByA(t)
  const b = await t.another([codeB], fast)
  const old = await b.triggerEvent({ runId: id, eventName: 'go', data: 'now' })
  expect(old.version).toBe(versionOf(before))
  expect(await old.result()).toEqual({ first: 1, wait: 'now', last: 'new' })
  const versions = await b.getVersions({ workflowId: 'order' })
  expect(
    versions.map(({ version, workers, orphaned }) => ({ version, workers, orphaned })),
  ).toEqual([
    { version: versionOf(after), workers: 1, orphaned: false },
    { version: versionOf(before), workers: 1, orphaned: false },
  ])
  // new starts are of the new shape, by the definition and by its name
  const started = await b.startWorkflow(codeB, null)
  const named = await t.engine.startWorkflow({ workflowId: 'order', input: null })
  for (const run of [started, named]) {
    expect(run.version).toBe(versionOf(after))
    await b.triggerEvent({ runId: run.id, eventName: 'go' })
    expect(await run.result()).toMatchObject({ check: 2, last: 'new' })
  }
  expect(t.log.join('\n')).not.toContain('left to other workers')
})

test('a version without unfinished runs is not taken up', async () => {
  await using t = await startEngine([], fast)
  const a = await t.another([codeA], fast)
  const run = await a.startWorkflow(codeA, null)
  await a.triggerEvent({ runId: run.id, eventName: 'go' })
  await run.result()
  await a.stop()
  const b = await t.another([codeB], fast)
  const [, old] = await b.getVersions({ workflowId: 'order' })
  expect(old).toMatchObject({ version: versionOf(before), workers: 0, retirable: true })
})

test('a retry of a run of the old shape finds a process that had no reason to take that up', async () => {
  await using t = await startEngine([], fast)
  const broken = { ...handlers, last: () => Promise.reject(new NonRetryableError('it is broken')) }
  const a = await t.another([tinyFlow('order', before, broken)], fast)
  const run = await a.startWorkflow({ workflowId: 'order', input: null })
  await a.triggerEvent({ runId: run.id, eventName: 'go', data: 1 })
  await expect(run.result()).rejects.toThrow('it is broken')
  await a.stop()
  const b = await t.another([codeB], { ...fast, heartbeatSeconds: 0.2 })
  const again = await b.retryWorkflow({ runId: run.id })
  expect(again.version).toBe(versionOf(before))
  expect(await again.result()).toEqual({ first: 1, wait: 1, last: 'new' })
})

test('what the code cannot take up is left, said once, and seen in the versions', async () => {
  await using t = await startEngine([], fast)
  const id = await leftByA(
    t,
    tinyFlow('order', ['gone', ...before], { ...handlers, gone: () => 0 }),
  )
  const b = await t.another([codeB], fast)
  await b.triggerEvent({ runId: id, eventName: 'go' })
  const run = await b.startWorkflow(codeB, null)
  await b.triggerEvent({ runId: run.id, eventName: 'go' })
  await run.result()
  // another workflow is new here, so that it looks again
  await b.registerWorkflow(tinyFlow('other', ['first'], handlers))
  const [, old] = await b.getVersions({ workflowId: 'order' })
  expect(old).toMatchObject({ live: 1, workers: 0, orphaned: true })
  const last = await b.startWorkflow({ workflowId: 'order', input: null, queue: 'new' })
  await waiting(b, last.id)
  const said = t.log.filter((line) => line.includes('left to other workers'))
  expect(said[0]).toContain('"order" in version "s-')
  // once for each state of the code
  expect(said).toHaveLength(2)
})

test('code that comes to a running worker takes up what only it can', async () => {
  await using t = await startEngine([], fast)
  const id = await leftByA(t)
  const b = await t.another([], fast)
  await b.triggerEvent({ runId: id, eventName: 'go', data: 1 })
  await b.registerWorkflow(codeB)
  const run = await b.getRun({ runId: id })
  expect(await run.result()).toEqual({ first: 1, wait: 1, last: 'new' })
  await b.unregisterWorkflow('order')
  expect(await b.getWorkers()).toMatchObject([{ workflows: [] }, { workflows: [] }])
})

test('a version with another content is refused where it is registered', async () => {
  await using t = await startEngine([], fast)
  const one = tinyFlow('fixed', ['first'], handlers, '1')
  await t.engine.registerWorkflow(one)
  const other = tinyFlow('fixed', ['last'], handlers, '1')
  const refused = { name: 'ConflictError', code: 'MR015', details: { workflow_id: 'fixed' } }
  await expect(t.another([other], fast)).rejects.toMatchObject(refused)
  await t.another([tinyFlow('fixed', ['first'], newer, '1')], fast)
})

test('workers with new code that are killed leave the runs of the old shape to others', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const shape = Array.from({ length: 20 }, (_, i) => `s${i}`)
  const a = await p.spawn({ shape })
  const shaped = createWorkflowRef('shaped')
  const inputs = Array.from({ length: 5 }, () => ({ input: null }))
  const runs = await p.client.startWorkflows(shaped, inputs)
  const done = (n: number) => async () => (await p.effects()).length >= n
  await until('a tenth is done', done(10), { timeout: 20_000 })
  a.kill('SIGKILL')
  const b = { shape: ['s0', 'other'] }
  const first = await p.spawn(b)
  await until('half of it is done', done(50), { timeout: 20_000 })
  first.kill('SIGKILL')
  await p.spawn(b)
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 30_000 })))
  expect(results).toEqual(runs.map(() => `${runs[0]?.version}: 20`))
  expect(await p.repeats()).toEqual([])
  // this client may take five seconds to see that there is another version
  let next = await p.client.startWorkflow(shaped, null)
  await until(
    'it starts the new shape',
    async () => {
      if (next.version === runs[0]?.version) next = await p.client.startWorkflow(shaped, null)
      return next.version !== runs[0]?.version
    },
    { timeout: 20_000 },
  )
  expect(await next.result({ timeout: 20_000 })).toBe(`${next.version}: 2`)
})
