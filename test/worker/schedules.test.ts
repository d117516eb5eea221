import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }

/** The times of the runs that a schedule has started. */
async function times({ db }: Processes, id: string): Promise<number[]> {
  const rows = await db.query<{ at: string }>(
    `select meta::json ->> 'scheduled_for' as at from millrace.runs where meta::json ->> 'schedule' = $1 order by id`,
    [id],
  )
  return rows.map(({ at }) => Date.parse(at))
}

test('three workers, two of which are killed: each time has exactly one run, and none is late for long', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  const made = await p.client.putSchedule({
    ...{ id: 'often', workflowId: 'steps', every: '200 ms', input: { count: 1, ms: 5 } },
    ...{ overlap: 'allow', catchUp: 'all' },
  })
  const reached = (count: number) =>
    until('it goes on', async () => (await times(p, 'often')).length >= count, LONG)
  await reached(8)
  workers[0]?.kill('SIGKILL')
  await reached(16)
  workers[1]?.kill('SIGSTOP')
  await reached(24)
  workers[1]?.kill('SIGKILL')
  await reached(30)
  await p.client.pauseSchedule({ id: 'often' })
  const all = await times(p, 'often')
  const anchor = (made.nextRuns[0] as Date).getTime()
  const first = Math.round(((all[0] as number) - anchor) / 200)
  expect(all).toEqual(all.map((_, i) => anchor + (first + i) * 200))
  const runs = await p.client.getRuns({ scheduleId: 'often', limit: 100 })
  expect(runs.items).toHaveLength(all.length)
  for (const run of runs.items) await run.result(LONG)
  expect(await p.repeats()).toEqual([])
  const late = await p.db.value<number>(
    `select max(extract(epoch from created_at - (meta::json ->> 'scheduled_for')::timestamptz))::float8 from millrace.runs
     where meta is not null`,
  )
  expect(late).toBeLessThan(10)
  const early = `select count(*)::int from millrace.runs where created_at < (meta::json ->> 'scheduled_for')::timestamptz`
  expect(await p.db.value(early)).toBe(0)
})

describe('in the code of a workflow', () => {
  const version = (v: string, schedule?: string | { every: string }) =>
    workflow('report', () => v, { version: v, ...(schedule === undefined ? {} : { schedule }) })

  test('made, changed and deleted when a worker starts, by the version that is registered last', async () => {
    const one = version('1', '0 9 * * *')
    await using t = await startEngine([one], {}, { testClock: true })
    const list = async () =>
      (await t.engine.getSchedules()).map(({ id, cron, every, declaredBy }) => [
        id,
        cron ?? every,
        declaredBy,
      ])
    expect(await list()).toEqual([['report#1', '0 9 * * *', '1']])
    await t.engine.putSchedule({ id: 'mine', workflowId: 'report', every: '1 hour' })
    await t.another([one, version('2', { every: '2 hours' })])
    expect(await list()).toEqual([
      ['mine', 3_600_000, null],
      ['report#1', 7_200_000, '2'],
    ])
    // a process that only starts runs says nothing of them
    const { engine } = t
    await engine.registerWorkflow(version('3'))
    expect(await list()).toEqual([['mine', 3_600_000, null]])
  })

  test('an engine that only starts runs leaves them alone', async () => {
    await using t = await startEngine([version('1', '0 9 * * *')])
    const { WorkflowEngine } = await import('../../src/index.ts')
    const starter = new WorkflowEngine({
      ...{ connectionString: t.db.url, workflows: [version('2')], migrate: 'off' },
    })
    await starter.start(false)
    expect(await starter.getSchedules()).toHaveLength(1)
    await starter.stop()
  })
})

test('an idle worker begins a run at its time, though it polls seldom', async () => {
  const tick = workflow('tick', async ({ step, scheduledFor }) => {
    const late = (await step.now()).getTime() - (scheduledFor as Date).getTime()
    return late
  })
  await using t = await startEngine([tick], { pollInterval: '30 s' })
  await t.engine.putSchedule({ id: 't', workflowId: 'tick', every: '700 ms' })
  const found = await until(
    'three have run',
    async () => {
      const { items } = await t.engine.getRuns({ scheduleId: 't', statuses: ['completed'] })
      return items.length >= 3 ? items : null
    },
    { timeout: 10_000 },
  )
  for (const run of found) expect(run.output).toBeGreaterThanOrEqual(0)
  const fastest = Math.min(...found.map((run) => run.output as number))
  expect(fastest).toBeLessThan(400)
})

test('skip starts nothing for hours, and the worker still hears of the next time', async () => {
  const held = workflow('held', ({ step }) => step.waitFor('go', { eventName: 'go' }))
  await using t = await startEngine([held], { pollInterval: '30 s' })
  await t.engine.putSchedule({ id: 'h', workflowId: 'held', every: '300 ms' })
  await until(
    'times are skipped',
    async () => ((await t.engine.getSchedules())[0]?.skipped ?? 0) >= 5,
  )
  const { items } = await t.engine.getRuns({ scheduleId: 'h' })
  expect(items).toHaveLength(1)
  await t.engine.deleteSchedule({ id: 'h' })
  expect(await t.engine.getSchedules()).toEqual([])
})

describe('the client', () => {
  const order = createWorkflowRef('order')

  test('puts, runs, pauses, resumes, deletes', async () => {
    const done = workflow('order', ({ input, scheduledFor }) => [input, scheduledFor === null])
    await using t = await startEngine([done])
    const { engine } = t
    const made = await engine.putSchedule({
      ...{ id: 'o', workflowId: order.id, cron: '*/10 * * * * *', input: { a: 1 }, tags: ['s'] },
      ...{ paused: true, by: 'ada' },
    })
    expect(made).toMatchObject({ paused: true, pausedBy: 'ada', nextRuns: [], every: null })
    const run = await engine.runSchedule({ id: 'o' })
    expect(run).toMatchObject({ workflowId: 'order', scheduleId: 'o', tags: ['s'] })
    expect(await run.result()).toEqual([{ a: 1 }, false])
    expect(await engine.resumeSchedule({ id: 'o' })).toMatchObject({ lastRunId: run.id })
    expect((await engine.getSchedules())[0]?.nextRuns).toHaveLength(5)
    await engine.pauseSchedule({ id: 'o', reason: 'enough', by: 'ada' })
    expect((await engine.getSchedules({ workflowId: 'order' }))[0]).toMatchObject({
      ...{ pauseReason: 'enough', pausedBy: 'ada', pausedAt: expect.any(Date) },
    })
    expect(await engine.getSchedules({ workflowId: 'other' })).toEqual([])
    await engine.deleteSchedule({ id: 'o' })
    await expect(engine.runSchedule({ id: 'o' })).rejects.toMatchObject({
      ...{ name: 'WorkflowRunNotFoundError', code: 'MR041' },
    })
  })

  test('refuses at the edge, by name', async () => {
    await using t = await startEngine([workflow('order', () => 1)])
    const put = (p: object) => t.engine.putSchedule({ id: 'o', workflowId: 'order', ...p } as never)
    await expect(put({ cron: '61 * * * *' })).rejects.toThrow(/minute: 61/)
    await expect(put({ cron: '0 9 * * *', timezone: 'X/Y' })).rejects.toThrow(/timezone "X\/Y"/)
    await expect(put({ every: 1 })).rejects.toThrow(/at least 100 ms/)
    await expect(put({ every: 1000, id: 'a/b' })).rejects.toThrow(/schedule id "a\/b"/)
    await expect(put({ every: 1000, id: 'order#1' })).rejects.toThrow(/schedule id/)
    await expect(put({ every: 1000, overLap: 'skip' })).rejects.toThrow(/Did you mean "overlap"/)
    await expect(put({ every: 1000, workflowId: 'none' })).rejects.toMatchObject({ code: 'MR040' })
    expect(await t.engine.getSchedules()).toEqual([])
  })
})

describe('drain', () => {
  const held = createWorkflowRef('held')

  test('a worker that is told finishes what runs, hands the rest back, and its process ends with 0', {
    timeout: 60_000,
  }, async () => {
    await using p = await startProcesses()
    const worker = await p.spawn({ concurrency: 2, lease: '15 s', drainTimeout: '20 s' })
    const runs = await Promise.all([1, 2, 3, 4].map(() => p.client.startWorkflow(held, undefined)))
    await until('two run', async () => (await p.effects()).length === 2, LONG)
    const [one] = await p.client.getWorkers()
    const exit = once(worker, 'exit')
    expect(await p.client.drainWorkers({ workerIds: [one?.id as string] })).toEqual([one?.id])
    expect((await p.client.getWorkers())[0]).toMatchObject({ draining: true })
    const other = await p.spawn()
    await until('the other has the rest', async () => (await p.effects()).length === 4, LONG)
    await p.tell('go')
    expect(await exit).toEqual([0, null])
    const pids = await Promise.all(runs.map((run) => run.result(LONG)))
    expect(pids.filter((pid) => pid === worker.pid)).toHaveLength(2)
    expect(pids.filter((pid) => pid === other.pid)).toHaveLength(2)
    expect((await p.client.getWorkers()).map(({ pid }) => pid)).toEqual([other.pid])
    const deaths = `select count(*)::int from millrace.checkpoints where kind = 'd'`
    expect(await p.db.value(deaths)).toBe(0)
  })

  test('without a notification it hears with its next heartbeat; of an engine all ends', async () => {
    await using t = await startEngine([], { heartbeatSeconds: 0.2, lease: '3 s' })
    await t.db.query('update millrace.workers set drain_at = now()')
    const gone = () => t.db.value<boolean>('select count(*) = 0 from millrace.workers')
    await until('it has ended', gone)
    await until('its connections are closed', () =>
      t.engine.getWorkers().then(
        () => false,
        (error: Error) => error.message.includes('was stopped'),
      ),
    )
  })
})

test('the runs of a queue that have not begun are cancelled; without more a dry run counts them', async () => {
  const slow = workflow('slow', ({ step }) => step.waitFor('go', { eventName: 'go' }), {
    queue: 'slow',
    concurrency: 1,
  })
  await using t = await startEngine([slow])
  const starts = Array.from({ length: 5 }, () => ({ input: null, options: { delay: '1 hour' } }))
  await t.engine.startWorkflows(slow, starts)
  expect(await t.engine.purgeQueue('slow', { dryRun: true })).toMatchObject({
    matched: 5,
    id: null,
  })
  const begun = await t.engine.purgeQueue('slow', { by: 'ada' })
  await until('it is done', async () => {
    const { status, done } = await t.engine.bulk.get(begun.id as string)
    return status === 'completed' && done === 5
  })
  expect((await t.engine.getRuns({ statuses: ['cancelled'] })).items).toHaveLength(5)
  await expect(t.engine.purgeQueue('slow')).rejects.toMatchObject({ code: 'MR004' })
})
