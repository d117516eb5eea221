// Workflows that are deactivated or deleted while their runs are under way.
import { expect, test } from 'vitest'
import { defineGraph } from '../../src/graph/index.ts'
import { ChildFailedError, ConflictError, WorkflowNotFoundError } from '../../src/index.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const waits = workflow('waits', ({ step }) => step.waitFor('w', { eventName: 'go' }))

test('a client that has started runs a moment ago is refused at once, and so is what runs in the engine', async () => {
  await using t = await startEngine([waits])
  const { engine } = t
  const run = await engine.startWorkflow(waits)
  await until('it waits', async () => (await run.refresh()).status === 'waiting')
  expect(await engine.deactivateWorkflow({ workflowId: 'waits', by: 'ada' })).toBe(true)
  const refused = { name: 'ConflictError', code: 'MR016' }
  await expect(engine.startWorkflow(waits)).rejects.toMatchObject(refused)
  // one that is refused takes no other with it
  const other = workflow('other', () => 'done')
  await engine.registerWorkflow(other)
  const both = [engine.startWorkflow(waits), engine.startWorkflow(other)]
  const [bad, good] = await Promise.allSettled(both)
  expect([bad?.status, good?.status]).toEqual(['rejected', 'fulfilled'])
  await run.signal('go', 1)
  expect(await run.result()).toBe(1)
  expect(await engine.activateWorkflow({ workflowId: 'waits' })).toBe(true)
  await (await engine.startWorkflow(waits)).cancel()
})

test('in a transaction it holds if that commits', async () => {
  await using t = await startEngine([waits])
  const tx = await t.db.connect()
  await tx.query('begin')
  await t.engine.deactivateWorkflow({ workflowId: 'waits', tx })
  await tx.query('rollback')
  await (await t.engine.startWorkflow(waits)).cancel()
  const misspelled = { workflowId: 'waits', why: 'x' } as never
  await expect(t.engine.deactivateWorkflow(misspelled)).rejects.toThrow(/"why"/)
  await expect(t.engine.deleteWorkflow({ workflowId: 'none' })).rejects.toThrow(
    WorkflowNotFoundError,
  )
})

test('its children fail, in a function and in a graph; whoever expects that goes on', async () => {
  const asks = workflow('asks', async ({ step }) => {
    try {
      return await step.invoke('sub', waits, undefined)
    } catch (error) {
      return [error instanceof ChildFailedError, (error as Error).message]
    }
  })
  const sub = { id: 'sub', type: 'sub_workflow' as const, config: { workflow_id: 'waits' } }
  const skips = defineGraph({ name: 'skips', steps: [{ ...sub, on_error: 'skip' as const }] })
  const fails = defineGraph({ name: 'fails', steps: [sub] })
  await using t = await startEngine([waits, asks, skips, fails])
  await t.engine.deactivateWorkflow({ workflowId: 'waits' })
  expect(await (await t.engine.startWorkflow(asks)).result()).toEqual([
    true,
    expect.stringContaining('"waits" is not active'),
  ])
  expect(await (await t.engine.startWorkflow(skips)).result()).toEqual({})
  const run = await t.engine.startWorkflow(fails)
  await expect(run.result()).rejects.toThrow(/"waits" is not active/)
  // mended, a retry starts the child anew
  await t.engine.activateWorkflow({ workflowId: 'waits' })
  const again = await run.retry()
  const child = await until('the child waits', async () => {
    return (await again.children()).find(({ status }) => status === 'waiting') ?? null
  })
  await child.signal('go', 7)
  expect(await again.result()).toEqual({ sub: { status: 'completed', context: 7 } })
})

test('a run that was left behind goes on as another, and ends', async () => {
  const counts = workflow('counts', async ({ step, input }) => {
    await step.waitFor('w', { eventName: 'go' })
    return input === 3 ? 'done' : step.continueAsNew((input as number) + 1)
  })
  await using t = await startEngine([counts])
  const run = await t.engine.startWorkflow(counts, 1)
  const live = t.engine.deleteWorkflow({ workflowId: 'counts' })
  await expect(live).rejects.toThrow(ConflictError)
  const left = await t.engine.deleteWorkflow({ workflowId: 'counts', leaveRuns: true })
  expect(left).toEqual({ versions: 1, live: 1 })
  await expect(t.engine.startWorkflow(counts, 1)).rejects.toThrow(WorkflowNotFoundError)
  for (let i = 0; i < 3; i++) await run.signal('go')
  expect(await run.result()).toBe('done')
  expect(await t.engine.getWorkflows()).toEqual([])
  expect((await t.engine.getRuns({ workflowId: 'counts' })).items).toHaveLength(3)
  // who has its code makes it known again
  await t.engine.registerWorkflow(counts)
  await (await t.engine.startWorkflow(counts, 1)).cancel()
})

test('so does one of a graph whose nodes are runs of their own', async () => {
  const config = { expression: '{{ trigger.data }}' }
  const graph = defineGraph({
    name: 'far off',
    steps: [
      { id: 'w', type: 'wait_for', config: { event_name: 'go' } },
      { id: 'far', type: 'transform', queue: 'gpu', depends_on: ['w'], config },
    ],
  })
  await using t = await startEngine([graph])
  const run = await t.engine.startWorkflow(graph, 7)
  await until('it waits', async () => (await run.refresh()).status === 'waiting')
  await t.engine.deleteWorkflow({ workflowId: 'far off', leaveRuns: true })
  await run.signal('go')
  expect(await run.result()).toEqual({ far: { result: '7' } })
  expect(await t.engine.getWorkflows()).toEqual([])
})

test('a stored graph that is deleted: its runs go on though workers are killed, and its name is used again', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const noted = (version: string, count: number) => ({
    ...{ name: 'gone', version },
    steps: Array.from({ length: count }, (_, i) => ({
      ...{ id: `s${i}`, type: 'step', depends_on: i === 0 ? [] : [`s${i - 1}`] },
      config: { step: 'noted', input: { run: '{{ run.id }}', step: `s${i}`, ms: 50 } },
    })),
    output: { steps: count },
  })
  const first = await p.spawn({ graphs: true })
  await p.client.putWorkflow(noted('1', 10))
  const inputs = Array.from({ length: 5 }, () => ({ input: null }))
  const runs = await p.client.startWorkflows({ id: 'gone' }, inputs)
  await until('some is done', async () => (await p.effects()).length >= 10, { timeout: 20_000 })
  const deleted = await p.client.deleteWorkflow({ workflowId: 'gone', leaveRuns: true })
  expect(deleted).toEqual({ versions: 1, live: 5 })
  first.kill('SIGKILL')
  await p.client.putWorkflow(noted('2', 1))
  await p.spawn({ graphs: true })
  for (const run of runs) expect(await run.result({ timeout: 30_000 })).toEqual({ steps: 10 })
  expect(await p.repeats()).toEqual([])
  const young = await p.client.startWorkflow({ workflowId: 'gone', input: null })
  expect(young.version).toBe('2')
  expect(await young.result({ timeout: 20_000 })).toEqual({ steps: 1 })
})
