import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', ({ step }) => step.waitFor('w', { eventName: 'go' }))

async function count(workflowId: string): Promise<number> {
  const { items } = await t.engine.getRuns({ workflowId, limit: 100 })
  return items.length
}

test('the same key with the same input is the same run, at whatever time', async () => {
  const start = (input: unknown) => t.start(echo, input, { idempotencyKey: 'one' })
  const first = await start({ a: 1, b: [2] })
  const second = await start({ a: 1, b: [2] })
  await first.result({ timeout: 15_000 })
  const third = await start({ a: 1, b: [2] })
  expect([second.id, third.id]).toEqual([first.id, first.id])
  expect(third.status).toBe('completed')
  await expect(start({ a: 2 })).rejects.toMatchObject({ code: 'MR010', runId: first.id })
})

test('the same key many times at once gives one run', async () => {
  await t.engine.registerWorkflow(wait)
  const clients = [1, 2, 3].map(() => new WorkflowClient({ connectionString: t.db.url }))
  const runs = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      (clients[i % 3] as WorkflowClient).startWorkflow(wait, undefined, {
        idempotencyKey: 'at once',
      }),
    ),
  )
  expect(new Set(runs.map((run) => run.id)).size).toBe(1)
  await Promise.all(clients.map((client) => client.stop()))
})

test('a caller’s own id is accepted wherever an id is, in either case', async () => {
  const runId = 'AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE'
  const run = await t.start(wait, undefined, { runId })
  expect(run.id).toBe(runId.toLowerCase())
  await run.waitForStatus('waiting')
  expect((await t.engine.getRun({ runId })).id).toBe(run.id)
  await t.engine.pauseWorkflow({ runId })
  await t.engine.resumeWorkflow({ runId })
  await run.waitForStatus('waiting')
  expect((await t.engine.checkProgress({ runId })).id).toBe(run.id)
  expect((await t.engine.getTimeline({ runId })).items.length).toBe(2)
  expect(await run.children()).toEqual([])
  await t.engine.triggerEvent({ runId, eventName: 'go', data: 1 })
  expect(await run.result({ timeout: 15_000 })).toBe(1)
  expect((await t.start(wait, undefined, { runId })).id).toBe(run.id)
  await expect(t.start(wait, 'other input', { runId })).rejects.toMatchObject({ code: 'MR010' })
  await expect(t.start(wait, undefined, { runId: run.id.slice(1) })).rejects.toMatchObject({
    code: 'MR001',
  })
})

test('a run of another resource is not found', async () => {
  const run = await t.start(wait, undefined, { resourceId: 'mine' })
  const p = { runId: run.id, resourceId: 'yours' }
  const calls = [
    () => t.engine.getRun(p),
    () => t.engine.pauseWorkflow(p),
    () => t.engine.resumeWorkflow(p),
    () => t.engine.cancelWorkflow(p),
    () => t.engine.retryWorkflow(p),
    () => t.engine.fastForwardWorkflow(p),
    () => t.engine.checkProgress(p),
    () => t.engine.getTimeline(p),
    () => t.engine.triggerEvent({ ...p, eventName: 'go' }),
  ]
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({ code: 'MR041', name: 'WorkflowRunNotFoundError' })
  }
  expect((await t.engine.getRun({ runId: run.id, resourceId: 'mine' })).id).toBe(run.id)
})

test('a start in a transaction exists if that commits', async () => {
  const inTx = workflow('in tx', ({ input }) => input)
  await t.engine.registerWorkflow(inTx)
  const client = await t.db.connect()
  await client.query('begin')
  const lost = await t.engine.startWorkflow(inTx, 1, { tx: client })
  await client.query('rollback')
  await expect(t.engine.getRun({ runId: lost.id })).rejects.toMatchObject({ code: 'MR041' })
  await client.query('begin')
  const kept = await t.engine.startWorkflow(inTx, 2, { tx: client })
  expect(await count('in tx')).toBe(0)
  const inside = { runId: kept.id, tx: client }
  expect((await t.engine.getTimeline(inside)).items).toEqual([])
  expect(await t.engine.checkProgress(inside)).toMatchObject({ id: kept.id, completedSteps: 0 })
  await client.query('commit')
  expect(await kept.result({ timeout: 15_000 })).toBe(2)
})

test('a signal and a cancel in a transaction happen if that commits', async () => {
  const run = await t.start(wait)
  await run.waitForStatus('waiting')
  const client = await t.db.connect()
  await client.query('begin')
  await t.engine.triggerEvent({ runId: run.id, eventName: 'go', tx: client })
  await t.engine.cancelWorkflow({ runId: run.id, tx: client })
  await client.query('rollback')
  expect((await run.refresh()).status).toBe('waiting')
  await client.query('begin')
  await t.engine.triggerEvent({ runId: run.id, eventName: 'go', data: 7, tx: client })
  await client.query('commit')
  expect(await run.result({ timeout: 15_000 })).toBe(7)
})

test('a transaction that holds the only connection of its pool can start runs', async () => {
  await t.engine.registerWorkflow(echo)
  const pool = openPool({ connectionString: t.db.url, max: 1 })
  const client = new WorkflowClient({ pool })
  const tx = await pool.connect()
  await tx.query('begin')
  const run = await client.startWorkflow(echo, 'one', { tx })
  const more = await client.startWorkflows(echo, [{ input: 'two' }], { tx })
  await tx.query('commit')
  tx.release()
  expect(await run.result({ timeout: 15_000 })).toBe('one')
  expect(await more[0]?.result({ timeout: 15_000 })).toBe('two')
  await client.stop()
  await pool.end()
})

test('a start in a transaction that stays open does not cost an idle worker its lease', async () => {
  const w = workflow('open', () => 'done')
  await using own = await startEngine([w], { lease: '3 s', heartbeatSeconds: 0.5 })
  const tx = await own.db.connect()
  await tx.query('begin')
  const run = await own.engine.startWorkflow(w, undefined, { tx })
  const [before] = await own.engine.getWorkers()
  const aLeaseLater = (before?.leaseUntil.getTime() ?? 0) + 3000
  await until('its lease was renewed for one more', async () => {
    const [now] = await own.engine.getWorkers()
    return now && now.leaseUntil.getTime() > aLeaseLater
  })
  expect((await own.engine.getWorkers())[0]?.id).toBe(before?.id)
  await tx.query('commit')
  expect(await run.result({ timeout: 15_000 })).toBe('done')
  expect(own.log).toEqual([])
})

test('many starts are one, all or none', async () => {
  const bulk = workflow('bulk', ({ input }) => input)
  await t.engine.registerWorkflow(bulk)
  const runs = await t.engine.startWorkflows(
    bulk,
    Array.from({ length: 1000 }, (_, i) => ({ input: i })),
  )
  expect(new Set(runs.map((run) => run.id)).size).toBe(1000)
  expect(await runs[999]?.result({ timeout: 15_000 })).toBe(999)
  const many = Array.from({ length: 1001 }, (_, i) => ({ input: i }))
  await expect(t.engine.startWorkflows(bulk, many)).rejects.toMatchObject({ code: 'MR001' })
  const taken = { idempotencyKey: 'bulk' }
  await t.engine.startWorkflow(bulk, 'first', taken)
  const before = await t.db.value<number>('select count(*)::int from millrace.runs')
  await expect(
    t.engine.startWorkflows(bulk, [{ input: 'a' }, { input: 'other', options: taken }]),
  ).rejects.toMatchObject({ code: 'MR010' })
  await expect(
    t.engine.startWorkflows(bulk, [{ input: 'a' }, { input: 1n }]),
  ).rejects.toMatchObject({ code: 'MR002' })
  expect(await t.db.value('select count(*)::int from millrace.runs')).toBe(before)
  expect(await t.engine.startWorkflows(bulk, [])).toEqual([])
  const same = await t.engine.startWorkflows(bulk, [
    { input: 'first', options: taken },
    { input: 'x', options: { idempotencyKey: 'twice' } },
    { input: 'x', options: { idempotencyKey: 'twice' } },
  ])
  expect(same[2]?.id).toBe(same[1]?.id)
})

test('options of a start are kept with the run', async () => {
  const run = await t.start(
    wait,
    { a: 1 },
    {
      resourceId: 'r',
      tags: ['x', 'y'],
      attributes: { n: 1, deep: { a: [true] } },
      priority: 7,
      queue: 'mail',
      retries: 9,
      timeout: '1 day',
    },
  )
  const read = await t.engine.getRun({ runId: run.id })
  expect(read).toMatchObject({
    resourceId: 'r',
    tags: ['x', 'y'],
    attributes: { n: 1, deep: { a: [true] } },
    priority: 7,
    queue: 'mail',
    maxRetries: 9,
    input: { a: 1 },
  })
  expect(read.timeoutAt?.getTime()).toBeGreaterThan(Date.now() + 86_000_000)
  expect(JSON.parse(JSON.stringify(read))).not.toHaveProperty('result')
})

test('a delayed run is pending until its time, and begins by fast-forward', async () => {
  const run = await t.start(echo, 'later', { delay: '1 hour' })
  expect(run.status).toBe('pending')
  expect((await run.refresh()).status).toBe('pending')
  await run.fastForward()
  expect(await run.result({ timeout: 15_000 })).toBe('later')
})

test('one start that the kernel refuses does not take those beside it with it', async () => {
  await t.engine.registerWorkflow(echo)
  const starts = await Promise.allSettled([
    t.engine.startWorkflow(echo, 1),
    t.engine.startWorkflow(echo, 2, { attributes: { bad: 'a\0b' } }),
    t.engine.startWorkflow(echo, 3),
  ])
  expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
