import type { ChildProcess } from 'node:child_process'
import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 60_000 }
const TEST = { timeout: 120_000 }

/** Runs in the order in which they first began: for which customer, where in the ledger, when (in s after `since`). */
const begun = (p: Processes, since = new Date()) =>
  p.db.query<{ run: string; customer: string; n: number; at: number }>(
    `select e.run, r.input::json ->> 'customer' as customer, min(e.n)::int as n,
            extract(epoch from min(e.at) - $1::timestamptz)::float as at
     from effects e join millrace.runs r on r.id = millrace.run_number(e.run::uuid)
     where e.step = 'begin' group by e.run, 2 order by 3`,
    [since],
  )

const completed = (p: Processes) =>
  p.db.value<number>("select count(*)::int from millrace.outcomes where status = 'c'")

const many = (count: number, input: object, options = {}) =>
  Array.from({ length: count }, () => ({ input, options }))

/** Makes the workflows known, and takes no run. */
const makeKnown = (p: Processes) => p.spawn({ queues: ['none'] })

/** The worker that is at work on a run, and which. */
async function atWork(p: Processes, workers: readonly ChildProcess[]) {
  const first = await until('one is at work', async () => (await p.effects())[0], LONG)
  return { victim: workers.find(({ pid }) => pid === first.pid) as ChildProcess, run: first.run }
}

test('no more begin than the bucket allows, and none is lost, through kill -9', TEST, async () => {
  await using p = await startProcesses()
  const rated = createWorkflowRef('rated')
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const since = await p.db.value<Date>('select clock_timestamp()')
  const long = ['a', 'b'].map((customer) => ({ input: { customer, ms: 1500 } }))
  const runs = await p.client.startWorkflows(rated, long)
  const { victim, run } = await atWork(p, workers)
  victim.kill('SIGKILL')
  for (const customer of ['a', 'b'])
    runs.push(...(await p.client.startWorkflows(rated, many(40, { customer, ms: 20 }))))
  await p.spawn()
  const least: number[] = []
  const past = async (count: number) => {
    least.push((await p.db.value<number | null>('select min(tokens) from millrace.meters')) ?? 0)
    return (await completed(p)) >= count
  }
  await until('some are through', () => past(30), LONG)
  for (const worker of workers) worker.kill('SIGKILL')
  await p.spawn()
  await until('all are through', () => past(82), LONG)
  // the bucket was full at the start; what began later was noted later still
  for (const customer of ['a', 'b']) {
    const mine = (await begun(p, since)).filter((one) => one.customer === customer)
    expect(mine).toHaveLength(41)
    expect(mine.filter(({ at }, i) => i + 1 > 5 + 10 * (at + 0.001))).toEqual([])
  }
  expect(Math.min(...least)).toBeGreaterThan(-0.001)
  const again = (await p.effects()).filter((one) => one.run === run && one.step === 'begin')
  expect(new Set(again.map(({ pid }) => pid)).size).toBeGreaterThan(1)
  expect(runs).toHaveLength(82)
  expect(await p.repeats()).toEqual([])
})

test(
  'what is of higher priority begins first, also what a killed worker leaves behind',
  TEST,
  async () => {
    await using p = await startProcesses()
    const steps = createWorkflowRef('steps')
    const input = { count: 1, ms: 50 }
    await makeKnown(p)
    await p.client.startWorkflows(steps, many(600, input))
    const urgent = await p.client.startWorkflows(steps, many(30, input, { priority: 10 }))
    const ids = new Set(urgent.map(({ id }) => id))
    const spawn = () => p.spawn({ concurrency: 2, batchSize: 2 })
    const workers = await Promise.all([spawn(), spawn()])
    const { victim, run } = await atWork(p, workers)
    expect(ids).toContain(run)
    await until('some have begun', async () => (await p.effects()).length >= 6, LONG)
    victim.kill('SIGKILL')
    await spawn()
    await Promise.all(urgent.map((one) => one.result(LONG)))
    const order = [...new Set((await p.effects()).map((one) => one.run))]
    // those that somebody has in hand may begin a little later than others
    const firstLow = order.findIndex((one) => !ids.has(one))
    const behind = firstLow < 0 ? 0 : order.slice(firstLow).filter((one) => ids.has(one)).length
    expect(behind).toBeLessThanOrEqual(8)
    expect(order.length).toBeLessThan(30 + 600)
    expect(await p.repeats()).toEqual([])
  },
)

test('a greedy key keeps nobody waiting, although workers are killed', TEST, async () => {
  await using p = await startProcesses()
  const fair = createWorkflowRef('fair')
  const spawn = () => p.spawn({ concurrency: 4 })
  const workers = [await spawn(), await spawn()]
  for (let i = 0; i < 4; i++)
    await p.client.startWorkflows(fair, many(1000, { customer: 'greedy', weight: 1, ms: 30 }))
  type Light = { id: string; after: number; from: number; to: number }
  const light: Light[] = []
  let on = true
  const press = async (customer: string) => {
    while (on) {
      const from = performance.now()
      const run = await p.client.startWorkflow(fair, { customer, weight: 1, ms: 1 })
      // from its start on: on a busy machine the call itself may take long
      const after = await p.db.value<number>('select coalesce(max(n), 0)::int from effects')
      await run.result(LONG)
      light.push({ id: run.id, after, from, to: performance.now() })
    }
  }
  const pressing = Promise.all(['a', 'b', 'c', 'd', 'e'].map(press))
  const kills: number[] = []
  for (const nth of [0, 1]) {
    const count = light.length + 20
    await until('light ones are through', () => light.length >= count, LONG)
    kills.push(performance.now())
    workers[nth]?.kill('SIGKILL')
    workers[nth] = await spawn()
  }
  const count = light.length + 20
  await until('it goes on', () => light.length >= count, LONG)
  on = false
  await pressing
  const all = await begun(p)
  const greedy = all.filter(({ customer }) => customer === 'greedy').map(({ n }) => n)
  expect(greedy.length).toBeLessThan(4000)
  // what a worker had when it was killed waits for the end of its lease
  const others = light.filter(({ from, to }) => !kills.some((at) => from <= at && at <= to))
  const overtaken = others.map(({ id, after }) => {
    const n = all.find(({ run }) => run === id)?.n ?? Number.POSITIVE_INFINITY
    return greedy.filter((one) => one > after && one < n).length
  })
  expect(others.length).toBeGreaterThanOrEqual(light.length - 2 * 5)
  // of thousands that were there before it
  expect(Math.max(...overtaken)).toBeLessThanOrEqual(150)
  expect(await p.repeats()).toEqual([])
})

test('weights hold although a worker is killed', TEST, async () => {
  await using p = await startProcesses()
  const fair = createWorkflowRef('fair')
  await makeKnown(p)
  for (const weight of [1, 3]) {
    const input = { customer: `weight ${weight}`, weight, ms: 20 }
    await p.client.startWorkflows(fair, many(400, input))
  }
  const spawn = () => p.spawn({ concurrency: 4 })
  const workers = await Promise.all([spawn(), spawn()])
  const first = async (count: number) => (await begun(p)).slice(0, count)
  await until('some have begun', async () => (await first(80)).length === 80, LONG)
  workers[0]?.kill('SIGKILL')
  await spawn()
  await until('more have begun', async () => (await first(400)).length === 400, LONG)
  const heavy = (await first(400)).filter(({ customer }) => customer === 'weight 3').length
  expect(heavy).toBeGreaterThan(270)
  expect(heavy).toBeLessThan(330)
})
