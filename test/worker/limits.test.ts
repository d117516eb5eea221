import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const limited = createWorkflowRef('limited')

/** How many at most were at work at once, by what they noted themselves. */
const MOST = `
  select coalesce(max(n), 0)::int as most from (
    select count(*) as n from places a join places b
      on b.began <= a.began and (b.ended is null or b.ended > a.began) and ($1 or b.customer = a.customer)
    group by a.n) x`

/** The same, of those that began after a time. */
const MOST_SINCE = `
  select coalesce(max(n), 0)::int as most from (
    select count(*) as n from places a join places b
      on b.began <= a.began and (b.ended is null or b.ended > a.began)
    where a.began > $1 group by a.n) x`

test('limits hold through kill -9, restarts, cancels, pauses, bulk operations and changed limits', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  // on a busy machine a shorter lease may be over although its worker lives
  const spawn = () => p.spawn({ lease: '6 s' })
  const workers = await Promise.all([spawn(), spawn(), spawn()])
  const inputs = Array.from({ length: 90 }, (_, n) => ({
    input: { customer: `c${n % 6}`, ms: 15 },
    options: { tags: [n % 3 === 0 ? 'third' : 'rest'] },
  }))
  const runs = await p.client.startWorkflows(limited, inputs)
  const ended = () => p.db.value<number>('select count(*)::int from millrace.outcomes')
  const killOne = async (nth: number) => {
    const worker = workers[nth]
    worker?.kill('SIGKILL')
    await until('it is gone', () => worker?.exitCode !== null || worker.signalCode !== null, LONG)
    // what it had begun is over now, and nobody says so
    await p.db.query(
      'update places set ended = clock_timestamp() where pid = $1 and ended is null',
      [worker?.pid],
    )
    workers[nth] = await spawn()
  }
  await until('some are through', async () => (await ended()) >= 10, LONG)
  await killOne(0)
  await p.client.bulk.pause({ where: { workflowId: 'limited', tags: ['third'] }, by: 'ada' })
  await until('more are through', async () => (await ended()) >= 25, LONG)
  workers[1]?.kill('SIGTERM')
  await killOne(2)
  await p.client.bulk.cancel({ where: { workflowId: 'limited', tags: ['third'] }, by: 'ada' })
  await until('more are through', async () => (await ended()) >= 50, LONG)
  await p.client.putQueue('default', { concurrency: 2 })
  // what was at work then goes on
  const leased = `select count(*)::int from millrace.live where state = 'l'`
  await until('few are at work', async () => (await p.db.value<number>(leased)) <= 2, LONG)
  const since = await p.db.value<Date>('select clock_timestamp()')
  // those from before may all be through by now
  const late = inputs.filter(({ options }) => options.tags[0] === 'rest').slice(0, 20)
  runs.push(...(await p.client.startWorkflows(limited, late)))
  await killOne(1)
  await p.client.pauseDispatch({ queue: 'default' })
  await p.client.resumeDispatch({ queue: 'default' })
  await until('all are through', async () => (await ended()) === 110, LONG)
  expect(await p.db.value<number>(MOST_SINCE, [since])).toBeLessThanOrEqual(2)
  expect(await p.db.value<number>(MOST_SINCE, [since])).toBeGreaterThan(0)
  for (const run of runs) expect((await run.refresh()).status).toMatch(/^(completed|cancelled)$/)
  const most = async (inAll: boolean) => p.db.value<number>(MOST, [inAll])
  expect(await most(true)).toBeLessThanOrEqual(4)
  expect(await most(true)).toBeGreaterThan(2)
  expect(await most(false)).toBe(1)
  expect(await p.repeats()).toEqual([])
})

test.for(['when its workers begin', 'while they work'])(
  'with a thousand waiting and a limit of ten that is there %s, the ten places are busy',
  async (when) => {
    let busy = 0
    let work = 0
    const handler: Parameters<typeof workflow>[1] = async ({ step }) => {
      await step.run('s', async () => {
        busy++
        await pause(500)
        work += 500
        busy--
      })
    }
    const isLate = when === 'while they work'
    const w = workflow('busy', handler, isLate ? {} : { concurrency: 10 })
    await using t = await startEngine([w], { concurrency: 50 })
    if (isLate) {
      await (await t.engine.startWorkflow(w)).result(LONG)
      await t.engine.putQueue('default', { concurrency: 10 })
      work = 0
    }
    const inputs = Array.from({ length: 1000 }, () => ({ input: null }))
    const runs = await t.engine.startWorkflows(w, inputs)
    await until('they have begun', () => busy === 10)
    const [at, done] = [performance.now(), work]
    await until('a part is through', () => work >= done + 50 * 500, LONG)
    const share = (work - done) / (10 * (performance.now() - at))
    await t.engine.bulk.cancel({ where: { workflowId: 'busy' } })
    expect(share).toBeGreaterThan(0.8)
    expect(runs).toHaveLength(1000)
  },
)

test('a greedy key keeps nobody waiting', async () => {
  const waited: number[] = []
  const w = workflow(
    'fair',
    async ({ step, input }) => {
      const { customer, at } = input as { customer: string; at: number }
      if (customer === 'light') waited.push(performance.now() - at)
      await step.run('s', () => pause(10))
    },
    { fairness: { key: 'customer' } },
  )
  await using t = await startEngine([w], { concurrency: 5 })
  const greedy = Array.from({ length: 1000 }, () => ({ input: { customer: 'greedy', at: 0 } }))
  await t.engine.startWorkflows(w, greedy)
  await t.engine.startWorkflows(w, greedy)
  for (let i = 0; i < 10; i++) {
    const run = await t.engine.startWorkflow(w, { customer: 'light', at: performance.now() })
    await run.result(LONG)
  }
  const left = await t.db.value<number>('select count(*)::int from millrace.live')
  await t.engine.bulk.cancel({ where: { workflowId: 'fair' } })
  expect(left).toBeGreaterThan(100)
  expect(Math.max(...waited)).toBeLessThan(1000)
})

test('a start without what a limit is keyed by is refused, by name', async () => {
  const w = workflow('keyed', () => {}, { concurrency: { limit: 1, key: 'customer.id' } })
  await using t = await startEngine([w])
  await expect(t.engine.startWorkflow(w, { customer: {} })).rejects.toMatchObject({
    code: 'MR001',
    message: expect.stringContaining('there is nothing at "customer.id"'),
  })
  await expect(t.engine.startWorkflow(w, { customer: { id: [1] } })).rejects.toThrow('an array')
  await expect(
    t.db.query(`select millrace.start_workflow('keyed', '{"customer": 1}')`),
  ).rejects.toMatchObject({ code: 'MR001' })
  await t.db.query(`select millrace.start_workflow('keyed', '{"customer": {"id": 7}}')`)
  const run = await t.engine.startWorkflow(w, { customer: { id: null } })
  await run.result(LONG)
})

test('SQL and TypeScript make one lane of one key', async () => {
  const w = workflow('twice', () => {}, { concurrency: { limit: 1, key: ['b', 'a.x'] } })
  await using t = await startEngine()
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterAllWorkflows()
  const input = { a: { x: 'ä"\\ é' }, b: 1 }
  await t.engine.startWorkflow(w, input)
  await t.db.query(`select millrace.start_workflow('twice', $1)`, [
    JSON.stringify(input).replace('"b":1', '"b":1.00'),
  ])
  const lanes = await t.db.query('select distinct lane from millrace.live')
  expect(lanes).toHaveLength(1)
  expect((lanes[0] as { lane: string }).lane).not.toBe('0')
})

test('what is not a limit is refused when the workflow is defined', () => {
  const define = (options: object) => () => workflow('wrong', () => {}, options)
  expect(define({ concurrency: 0 })).toThrow('concurrency.limit is 0')
  expect(define({ concurrency: [{ limit: 1, key: () => 'a' }] })).toThrow(
    'Functions cannot be keys',
  )
  expect(define({ concurrency: [{ limit: 1, kee: 'a' }] })).toThrow('no "kee"')
  expect(define({ rateLimit: { limit: 1 } })).toThrow()
  expect(define({ fairness: {} })).toThrow('fairness needs a key')
  expect(define({ concurrency: Array.from({ length: 9 }, () => ({ limit: 1 })) })).toThrow(
    'at most 8',
  )
})
