import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { lossyPool, untilItWorks } from '../support/lossy-pool.ts'
import { until } from '../support/until.ts'

test('replies that are lost lose no run, repeat no recorded step, and start nothing twice', {
  timeout: 60_000,
}, async () => {
  const recorded = new Map<string, number>()
  const w = workflow('lossy', async ({ step, input, runId }) => {
    let sum = 0
    for (let i = 0; i < 3; i++) {
      sum += await step.run('s', ({ stepId, idempotencyKey }) => {
        const key = `${stepId} ${idempotencyKey}`
        recorded.set(key, (recorded.get(key) ?? 0) + 1)
        return 1
      })
      if (i === 1) await step.delay('nap', 20)
    }
    const signal = await step.waitFor('w', { eventName: 'go' })
    await step.transaction('t', (tx) =>
      tx.query('insert into entries values ($1)', [runId]).then(() => {}),
    )
    return [input, sum, signal]
  })
  await using t = await startEngine([])
  await t.db.query('create table entries (run text)')
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterWorkflow('lossy')
  const pool = lossyPool(t.db.url, 5)
  const engine = await untilItWorks(() =>
    t.another([w], { concurrency: 10 }, { connectionString: undefined, pool }),
  )
  const runs = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      untilItWorks(() => engine.startWorkflow(w, i, { idempotencyKey: `n${i}` })),
    ),
  )
  const made = (await t.engine.getRuns({ workflowId: 'lossy', limit: 100 })).items
  expect(made.length).toBe(60)
  expect(new Set(runs.map((run) => run.id))).toEqual(new Set(made.map((run) => run.id)))
  for (const run of made) await run.signal('go', 'x')
  const results = await Promise.all(made.map((run) => run.result({ timeout: 50_000 })))
  expect(results).toEqual(made.map((run) => [run.input, 3, 'x']))
  expect(pool.lost).toBeGreaterThan(10)
  expect(await t.db.value('select count(*)::int from entries')).toBe(60)
  expect(await t.db.value('select count(distinct run)::int from entries')).toBe(60)
  // nobody died, so nothing was interrupted: each step ran once
  expect([...recorded.values()].filter((times) => times !== 1)).toEqual([])
  expect(recorded.size).toBe(180)
  await engine.stop()
  await pool.end()
})

test('runs that are cancelled while replies are lost: each step that was done is undone, once', {
  timeout: 60_000,
}, async () => {
  const did = new Map<string, string[]>()
  const note = (run: string, what: string) => did.set(run, [...(did.get(run) ?? []), what])
  const child = workflow('lossy child', async ({ step }) => step.delay('nap', 30))
  const w = workflow('lossy saga', async ({ step, runId }) => {
    const undo = (what: string) => note(runId, `undo ${what}`)
    const one = (what: string) =>
      step.run(
        what,
        async () => {
          note(runId, what)
          await new Promise((resolve) => setTimeout(resolve, 3))
          return what
        },
        { undo },
      )
    await one('a')
    await Promise.all([one('b'), one('c'), step.startWorkflow('child', child, undefined)])
    await step.delay('nap', 5)
    await one('d')
    await step.set('done', true)
    return 'done'
  })
  await using t = await startEngine([])
  await t.engine.registerWorkflow(w)
  await t.engine.registerWorkflow(child)
  await t.engine.unregisterWorkflow('lossy saga')
  const pool = lossyPool(t.db.url, 3, 'advance_tasks')
  const options = { connectionString: undefined, pool }
  const engine = await untilItWorks(() => t.another([w], { concurrency: 10 }, options))
  const inputs = Array.from({ length: 60 }, () => ({ input: undefined }))
  const runs = await t.engine.startWorkflows(w, inputs)
  const ends = await Promise.all(
    runs.map(async (run, i) => {
      const enough = () => (did.get(run.id)?.length ?? 0) > i % 5
      const ended = async () => enough() || (await run.refresh()).completedAt !== null
      await until('it is so far', ended, { every: 2, timeout: 50_000 })
      await run.cancel().catch(() => null)
      return run.result({ timeout: 50_000 }).catch((error: Error) => error.name)
    }),
  )
  expect(pool.lost).toBeGreaterThan(20)
  expect(ends.filter((end) => end === 'RunCancelledError').length).toBeGreaterThan(20)
  for (const [i, run] of runs.entries()) {
    const what = did.get(run.id) ?? []
    const [done, undone] = [
      what.filter((one) => !one.startsWith('undo')),
      what.filter((one) => one.startsWith('undo')),
    ]
    expect(new Set(what).size, what.join()).toBe(what.length)
    const wanted = ends[i] === 'done' ? [] : done.map((one) => `undo ${one}`).sort()
    expect([...undone].sort(), what.join()).toEqual(wanted)
  }
  await engine.stop()
  await pool.end()
})

test('many starts whose reply is lost are sent again, and none is made twice', async () => {
  const w = workflow('many', () => 'done')
  await using t = await startEngine([w])
  const pool = lossyPool(t.db.url, 2, 'start_runs')
  const client = new WorkflowClient({ pool })
  for (let i = 0; i < 20; i++) {
    const runs = await client.startWorkflows(
      w,
      Array.from({ length: 5 }, (_, k) => ({ input: k })),
    )
    expect(runs.map(({ input }) => input)).toEqual([0, 1, 2, 3, 4])
  }
  expect(pool.lost).toBeGreaterThan(5)
  expect(await t.db.value('select count(*)::int from millrace.runs')).toBe(100)
  await client.stop()
  await pool.end()
})

test('what is said of schedules is said again, and changes nothing the second time', async () => {
  const w = workflow('timed', () => 'done')
  await using t = await startEngine([w])
  const pool = lossyPool(t.db.url, 2, '_schedule')
  const client = new WorkflowClient({ pool })
  for (let i = 0; i < 5; i++) {
    await client.putSchedule({ id: `s${i}`, workflowId: 'timed', every: '1 hour', input: i })
    const run = await client.runSchedule({ id: `s${i}` })
    expect(run.scheduleId).toBe(`s${i}`)
    expect(await client.pauseSchedule({ id: `s${i}`, by: 'ada' })).toMatchObject({ paused: true })
    expect(await client.resumeSchedule({ id: `s${i}` })).toMatchObject({ paused: false })
  }
  expect(await t.db.value('select count(*)::int from millrace.runs')).toBe(5)
  for (let i = 0; i < 5; i++) await client.deleteSchedule({ id: `s${i}` })
  expect(await t.engine.getSchedules()).toEqual([])
  await expect(t.engine.deleteSchedule({ id: 's0' })).rejects.toMatchObject({ code: 'MR041' })
  expect(pool.lost).toBeGreaterThan(5)
  await client.stop()
  await pool.end()
})

test('a worker whose replies are lost starts each time of a schedule once', async () => {
  const w = workflow('timed', () => 'done')
  await using t = await startEngine([])
  const pool = lossyPool(t.db.url, 2, 'fire_schedules')
  const engine = await t.another([w], {}, { connectionString: undefined, pool })
  const how = { overlap: 'allow', catchUp: 'all' } as const
  await engine.putSchedule({ id: 's', workflowId: 'timed', every: '100 ms', ...how })
  const times = async () =>
    t.db.query<{ at: string }>(
      `select meta::json ->> 'scheduled_for' as at from millrace.runs where meta is not null order by id`,
    )
  // on a busy machine one call starts many
  const isEnough = async () => pool.lost > 2 && (await times()).length >= 40
  await until('many came, and replies were lost', isEnough, { timeout: 50_000 })
  await engine.deleteSchedule({ id: 's' })
  const all = (await times()).map(({ at }) => Date.parse(at))
  expect(all).toEqual(all.map((_, i) => (all[0] as number) + i * 100))
})

test('a run that continues as new does so once, though the replies to its writes are lost', {
  timeout: 60_000,
}, async () => {
  const w = workflow('goes on', async ({ step, input }) => {
    const { left, sum } = input as { left: number; sum: number }
    const more = await step.run('add', () => sum + left)
    return left > 1 ? step.continueAsNew({ left: left - 1, sum: more }) : more
  })
  await using t = await startEngine([])
  const pool = lossyPool(t.db.url, 2, 'advance_tasks')
  const engine = await t.another([w], { concurrency: 10 }, { connectionString: undefined, pool })
  const runs = await engine.startWorkflows(
    w,
    Array.from({ length: 10 }, () => ({ input: { left: 20, sum: 0 } })),
  )
  const results = await Promise.all(runs.map((run) => run.result({ timeout: 50_000 })))
  expect(results).toEqual(runs.map(() => 210))
  expect(pool.lost).toBeGreaterThan(5)
  expect(await t.db.value('select count(*)::int from millrace.runs')).toBe(200)
  expect(await t.db.value('select count(*)::int from millrace.continuations')).toBe(190)
  await engine.stop()
  await pool.end()
})
