import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { message, openKernel, type TestWorker, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const CUSTOMERS = ['a', 'b', 'c']
const key = ['customer']
/** No moment may see more than 4, nor more than 2 of a customer, by any of them. */
const RULES = [
  { concurrency: [{ limit: 4 }, { limit: 2, key }] },
  { concurrency: [{ limit: 1, key }, { limit: 3 }], fairness: { key: ['region'] } },
  { concurrency: [{ limit: 2, key: ['region', 'customer'] }, { limit: 2, key }, { limit: 4 }] },
  { concurrency: [{ limit: 2, key }, { limit: 1 }], rate: [{ limit: 1000, period_ms: 1000, key }] },
]

/** Who is dead gets nothing; whatever else goes wrong is a defect. */
const unlessDead = (error: unknown): LeasedTask[] => {
  if ((error as { code?: string }).code === 'MR055') return []
  throw error
}

/** An operation on many of which none is left. */
const unlessNone = (error: unknown) => {
  if (!/matches no run/.test(String(error))) throw error
}

/** Which runs workers have, as they know it: noted once they heard of it, and forgotten before they say so. */
class Ledger {
  most = 0
  mostOfOne = 0
  readonly begun = new Set<string>()
  readonly #held = new Map<string, { worker: string; customer: string }>()

  took(worker: string, { run, meta }: LeasedTask): void {
    const { customer } = JSON.parse(meta as string).keys
    this.begun.add(run)
    this.#held.set(run, { worker, customer })
    const all = [...this.#held.values()]
    this.most = Math.max(this.most, all.length)
    const same = all.filter((other) => other.customer === customer)
    this.mostOfOne = Math.max(this.mostOfOne, same.length)
  }

  gone(run: string): void {
    this.#held.delete(run)
  }

  died(worker: string): void {
    for (const [run, held] of this.#held) if (held.worker === worker) this.#held.delete(run)
  }
}

test('limits are exact while claims race, rules change, workers die, and runs are cancelled and paused', {
  timeout: 90_000,
}, async () => {
  const name = 'raced'
  const register = (rules: object) => kernel.route({ name, definition: { limits: rules } })
  const route = await register(RULES[0] as object)
  const ledger = new Ledger()
  const runs: string[] = []
  const workers: TestWorker[] = []
  let over = false
  const nth = (list: readonly string[], n: number) => list[n % list.length] as string

  const start = async () => {
    for (let i = 0; i < 150; i++) {
      const keys = { customer: nth(CUSTOMERS, i), ...(i % 4 > 1 && { region: i % 8 }) }
      runs.push(await kernel.start(route, { meta: { keys } }))
    }
  }
  const end = async (worker: TestWorker, task: LeasedTask, how: number) => {
    ledger.gone(task.run)
    if (how % 4 === 0 && task.journal.length === 0) await worker.wait(task, message('m', 'go'))
    else if (how % 4 === 1 && task.journal.length === 0) await worker.advance(task, { op: 'y' })
    else if (how % 4 === 2) await worker.fail(task)
    else await worker.complete(task)
  }
  const work = async (me: number) => {
    workers[me] = await kernel.worker()
    for (let turn = me; !over; turn++) {
      const worker = workers[me] as TestWorker
      const tasks = await worker.claim(route, { want: 1 + (turn % 5) }).catch(unlessDead)
      if (worker !== workers[me]) continue // it died meanwhile
      for (const task of tasks) ledger.took(worker.id, task)
      for (const task of tasks.reverse()) {
        if (worker === workers[me]) await end(worker, task, turn + tasks.length)
      }
    }
  }
  const kill = async (me: number) => {
    const { id } = workers[me] as TestWorker
    workers[me] = await kernel.worker()
    ledger.died(id)
    const late = `update millrace.workers set expires_at = '-infinity' where id = $1`
    await kernel.query(late, [id])
    await kernel.call('recover')
  }
  const operate = async () => {
    for (let i = 0; ledger.begun.size < 120; i++) {
      await register(RULES[i % RULES.length] as object)
      if (i % 5 === 4) await kill(i % 3)
      const run = nth(runs, i * 7)
      if (i % 3 === 0) {
        ledger.gone(run)
        await kernel.call('cancel_workflow', uuid(run)).catch(() => {})
      }
      if (i % 6 === 0) await kernel.call('pause_dispatch', { workflow_id: name })
      const waiting = { statuses: ['waiting', 'pending'], workflow_id: name }
      if (i % 7 === 0) await kernel.call('bulk_pause', waiting).catch(unlessNone)
      await kernel.call('work_bulk')
      await kernel.call('resume_dispatch', { workflow_id: name })
      await kernel
        .call('bulk_resume', { statuses: ['paused'], workflow_id: name })
        .catch(unlessNone)
      await kernel.call('work_bulk')
      for (let n = 0; n < runs.length; n += 5)
        await kernel.call('trigger_event', uuid(nth(runs, n + i)), 'go').catch(() => {})
    }
  }
  const all = [work(0), work(1), work(2)]
  await start()
  await operate().finally(() => {
    over = true
  })
  await Promise.all(all)
  expect(ledger.most).toBeLessThanOrEqual(4)
  expect(ledger.most).toBeGreaterThan(1)
  expect(ledger.mostOfOne).toBeLessThanOrEqual(2)
  // nothing is lost
  for (const me of [0, 1, 2]) await kill(me)
  await register(RULES[3] as object)
  const worker = await kernel.worker()
  for (let quiet = 0; quiet < 3; ) {
    await kernel.call('bulk_resume', { statuses: ['paused'], workflow_id: name }).catch(unlessNone)
    await kernel.call('work_bulk')
    const tasks = await worker.claim(route)
    expect(tasks.length).toBeLessThanOrEqual(1)
    for (const task of tasks) await worker.complete(task)
    quiet = tasks.length === 0 ? quiet + 1 : 0
  }
  const left = `select count(*)::int from millrace.live where route_id = $1 and state <> 'w'`
  expect(await kernel.value(left, [route.route])).toBe(0)
})

test('of two that claim at once one hands out, and the limit holds', async () => {
  const name = 'paired'
  const definition = { queue: 'paired', limits: { concurrency: [{ limit: 1, key }] } }
  const route = await kernel.route({ name, definition })
  await kernel.call('put_queue', 'paired', { concurrency: [{ limit: 3 }] })
  for (let i = 0; i < 40; i++)
    await kernel.start(route, { meta: { keys: { customer: `c${i % 8}` } } })
  const workers = await Promise.all(Array.from({ length: 6 }, () => kernel.worker()))
  for (let done = 0; done < 40; ) {
    const claims = await Promise.all(
      workers.map(async (worker) => ({ worker, tasks: await worker.claim(route, { want: 3 }) })),
    )
    const tasks = claims.flatMap((claim) => claim.tasks)
    expect(tasks.length).toBeLessThanOrEqual(3)
    expect(new Set(tasks.map(({ meta }) => meta)).size).toBe(tasks.length)
    for (const claim of claims) for (const task of claim.tasks) await claim.worker.complete(task)
    done += tasks.length
  }
})
