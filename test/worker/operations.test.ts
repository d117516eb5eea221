import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const mends = createWorkflowRef('mends')
const approves = createWorkflowRef('approves')
const mother = createWorkflowRef('mother')

/** Three workers; those that are killed are replaced. */
async function startWorkers(p: Processes) {
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  return {
    async killOne(nth: number) {
      workers[nth]?.kill('SIGKILL')
      workers[nth] = await p.spawn()
    },
  }
}

const count = (p: Processes, table: string, where = 'true') =>
  p.db.value<number>(`select count(*)::int from millrace.${table} where ${where}`)
/** The runs whose first step ran, were it twice because a worker lost its lease on a busy machine. */
const ranFirst = async (p: Processes) =>
  [
    ...new Set((await p.effects()).filter(({ step }) => step === 'first').map(({ run }) => run)),
  ].sort()
const many = (n: number) => Array.from({ length: n }, () => ({ input: null }))

test('failed runs are found by their cause, and go on from there although workers are killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await startWorkers(p)
  const runs = await p.client.startWorkflows(mends, many(60))
  await until('all fail', async () => (await count(p, 'outcomes', "status = 'f'")) === 60, LONG)
  const { items } = await p.client.getFailures({ workflowId: 'mends' })
  expect(items).toMatchObject([{ count: 60, message: 'not mended yet' }])
  await p.tell('mended')
  await p.client.bulk.retry({ where: { workflowId: 'mends', statuses: ['failed'] }, by: 'ada' })
  const completed = () => count(p, 'outcomes', "status = 'c'")
  await until('some are through', async () => (await completed()) >= 10, LONG)
  await workers.killOne(0)
  await until('more are through', async () => (await completed()) >= 25, LONG)
  await workers.killOne(1)
  await until('all are through', async () => (await completed()) === 60, LONG)
  expect((await p.client.getFailures({ workflowId: 'mends' })).items).toEqual([])
  expect(await ranFirst(p)).toEqual(runs.map(({ id }) => id).sort())
  expect(await p.repeats()).toEqual([])
})

test('forks repeat nothing that was completed before them, although a worker is killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await startWorkers(p)
  await p.tell('mended')
  const runs = await p.client.startWorkflows(mends, many(20))
  await Promise.all(runs.map((run) => run.result(LONG)))
  const forks = await Promise.all(runs.map((run) => run.fork({ fromStep: 'third' })))
  await workers.killOne(0)
  const results = await Promise.all(forks.map((fork) => fork.result(LONG)))
  // the first step gave the number of the run in which it ran
  expect(results).toEqual(runs.map(({ id }) => id))
  expect(await ranFirst(p)).toEqual(runs.map(({ id }) => id).sort())
  const effects = await p.effects()
  expect(effects.filter(({ step }) => step === 'third').length).toBeGreaterThanOrEqual(40)
})

test('questions outlive the workers that asked them, and answers those that heard them', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await startWorkers(p)
  const runs = await p.client.startWorkflows(approves, many(20))
  const open = async () => (await p.client.getApprovals({ limit: 100 })).items
  await until('all ask', async () => (await open()).length === 20, LONG)
  await workers.killOne(0)
  for (const [i, { id }] of (await open()).entries()) {
    await p.client.answerApproval({ approvalId: id, approved: true, by: 'ada' })
    if (i === 10) await workers.killOne(1)
  }
  expect(await Promise.all(runs.map((run) => run.result(LONG)))).toEqual(runs.map(() => true))
  expect(await open()).toEqual([])
  expect(await p.repeats()).toEqual([])
})

test('children end with their parents, although the workers of both are killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await startWorkers(p)
  await p.client.startWorkflows(mother, many(15))
  const waiting = () => count(p, 'live', "state = 'w'")
  await until('all wait', async () => (await waiting()) === 45, LONG)
  await p.client.bulk.cancel({ where: { workflowId: 'mother' }, by: 'ada' })
  await workers.killOne(0)
  await until('some have ended', async () => (await count(p, 'outcomes')) >= 20, LONG)
  await workers.killOne(1)
  await until('all have ended', async () => (await count(p, 'live')) === 0, LONG)
  expect(await count(p, 'outcomes', "status = 'x'")).toBe(45)
  expect(await count(p, 'children')).toBe(0)
})

test('what is taken out of the history goes whole, although a worker is killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await startWorkers(p)
  await p.tell('mended')
  const runs = await p.client.startWorkflows(mends, many(120))
  await Promise.all(runs.map((run) => run.result(LONG)))
  const all = { where: { workflowId: 'mends' }, olderThan: 1, perSecond: 60 }
  await p.client.prune(all)
  await until('some have gone', async () => (await count(p, 'runs')) < 110, LONG)
  await workers.killOne(0)
  await until('all have gone', async () => (await count(p, 'runs')) === 0, LONG)
  expect(await count(p, 'outcomes')).toBe(0)
  expect(await count(p, 'checkpoints')).toBe(0)
})
