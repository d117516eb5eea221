import { type Bench, settingsOf } from '../bench.ts'
import { Child } from '../roles/child.ts'
import type { Task, Usage } from '../roles/messages.ts'
import { Watch } from '../server/databases.ts'
import { between, type Reading, read } from '../server/meter.ts'
import type { Sample } from '../sheet.ts'
import type { Input, Settings, Shape, System } from '../systems/system.ts'

/** Between two counts while the handlers are not done, and after that: counting costs time too. */
const SELDOM_MS = 500
const OFTEN_MS = 3
/** Times the patience of a cell that its starts may take. */
const START_PATIENCE = 5

/** How much of what is queued, and who drains it. */
export type DrainPlan = {
  shape: Shape
  n: number
  bulk?: boolean
  input?: Partial<Input>
  /** Worker processes. */
  workers?: number
  /** A database that is there already and stays; else a fresh copy of the template. */
  database?: string
  /** SQL that counts what is done, where the system's own would count others' too. */
  completed?: string
  /** ms after which the cell has failed. */
  patienceMs: number
}

export type Drained = { sample: Sample; startSeconds: number; seconds: number; lateness: number[] }

/** Queues n workflows from one process, then drains them with others, and takes all readings. */
export async function drain(bench: Bench, system: System, plan: DrainPlan): Promise<Drained> {
  const { databases } = bench
  const database = plan.database ?? (await bench.templates.clone(system))
  const running: Child[] = []
  try {
    const before = plan.database ? await databases.transactions(database) : 0
    const started = await queue(bench, system, plan, database, running)
    const drained = await work(bench, system, plan, database, running)
    const counted = await databases.transactions(database)
    const transactions = counted - before - drained.ownQueries
    const sample = makeSample(plan, started, drained, transactions)
    const { lateness, used } = drained
    return { sample, startSeconds: started.ms / 1000, seconds: used.seconds, lateness }
  } finally {
    for (const child of running) child.kill()
    if (!plan.database) await databases.drop(database)
  }
}

type Queued = { ms: number; from: Reading; to: Reading; driver: Usage }

async function queue(
  bench: Bench,
  system: System,
  plan: DrainPlan,
  database: string,
  running: Child[],
): Promise<Queued> {
  const driver = await Child.start(taskOf(bench, system, plan, database, 'driver'))
  running.push(driver)
  await bench.databases.checkpoint()
  const idle = await driver.usage()
  const from = await read(bench.server, bench.databases)
  const { shape, n, bulk = false, input = {} } = plan
  // n is what a worker drains in some seconds: on a busy machine its single starts take far longer
  const patience = START_PATIENCE * plan.patienceMs
  const ms = await driver.ask<number>({ do: 'start', shape, n, bulk, input }, patience)
  const to = await read(bench.server, bench.databases)
  const usage = await driver.usage()
  await driver.stop()
  return { ms, from, to, driver: minus(usage, idle) }
}

async function work(
  bench: Bench,
  system: System,
  plan: DrainPlan,
  database: string,
  running: Child[],
) {
  const task = taskOf(bench, system, plan, database, 'worker')
  const workers = await Promise.all(
    Array.from({ length: plan.workers ?? 1 }, () => Child.start(task)),
  )
  running.push(...workers)
  const watch = await Watch.open(bench.databases.url(database))
  const idle = await Promise.all(workers.map((worker) => worker.usage()))
  const from = await read(bench.server, bench.databases)
  // in the measured time: a worker of any system must connect, register and look for work
  await Promise.all(workers.map((worker) => worker.ask({ do: 'go' })))
  await untilDone(plan, plan.completed ?? system.completed(plan.n), watch, workers)
  const to = await read(bench.server, bench.databases)
  const usages = await Promise.all(workers.map((worker) => worker.usage()))
  const lateness = await Promise.all(workers.map((w) => w.ask<number[]>({ do: 'lateness' })))
  await watch.close()
  await Promise.all(workers.map((worker) => worker.stop()))
  return {
    used: between(from, to),
    cpuUs: usages.reduce((sum, { cpuUs }, i) => sum + cpuUs - (idle[i]?.cpuUs ?? 0), 0),
    peakMb: Math.max(...usages.map(({ peakMb }) => peakMb)),
    lateness: lateness.flat(),
    ownQueries: watch.queries,
  }
}

/** Until the database says so; the handlers' own count only tells when to ask it often. */
async function untilDone(plan: DrainPlan, sql: string, watch: Watch, workers: Child[]) {
  const until = performance.now() + plan.patienceMs
  let nextLook = performance.now() + SELDOM_MS
  for (;;) {
    for (const worker of workers) worker.check()
    const finished = workers.reduce((sum, worker) => sum + worker.finished, 0)
    if (finished >= plan.n || performance.now() >= nextLook) {
      nextLook = performance.now() + SELDOM_MS
      const done = await watch.number(sql)
      if (done >= plan.n) return
      if (performance.now() > until) {
        const said = workers[0]?.said() ?? ''
        throw new Error(`${done} of ${plan.n} completed in ${plan.patienceMs / 1000} s. ${said}`)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, OFTEN_MS))
  }
}

function makeSample(
  { n }: DrainPlan,
  queued: Queued,
  drained: Awaited<ReturnType<typeof work>>,
  transactions: number,
): Sample {
  const { used, cpuUs, peakMb } = drained
  const starting = between(queued.from, queued.to)
  const postgres = sum(starting.postgresCpu, used.postgresCpu)
  const total = sum(postgres, queued.driver.cpuUs + cpuUs)
  const ours = ((used.postgresCpu ?? 0) + cpuUs) / 1e6 / used.seconds
  return {
    workflows_per_second: n / used.seconds,
    starts_per_second: (n / queued.ms) * 1000,
    transactions_per_workflow: transactions / n,
    wal_bytes_per_workflow: (starting.wal + used.wal) / n,
    ...(postgres === null ? {} : { postgres_cpu_us_per_workflow: postgres / n }),
    ...(total === null ? {} : { cpu_us_per_workflow: total / n }),
    worker_cpu_us_per_workflow: cpuUs / n,
    driver_cpu_us_per_workflow: queued.driver.cpuUs / n,
    worker_peak_mb: peakMb,
    seconds: used.seconds,
    ...(used.busyCores === null ? {} : { other_cores: Math.max(0, used.busyCores - ours) }),
  }
}

function taskOf(
  bench: Bench,
  system: System,
  { workers = 1 }: DrainPlan,
  database: string,
  role: Task['role'],
): Task {
  const settings = share(settingsOf(bench, system), workers)
  return { system: system.name, role, url: bench.databases.url(database), settings }
}

/**
 * Of many processes none gets more than 10 connections, and polling loops are divided among them.
 */
function share(settings: Settings, workers: number): Settings {
  if (workers === 1) return settings
  const { pool, loops } = settings
  return {
    ...settings,
    pool: Math.min(10, Number(pool)),
    ...(loops === undefined ? {} : { loops: Math.ceil(Number(loops) / workers) }),
  }
}

function minus(to: Usage, from: Usage): Usage {
  return { cpuUs: to.cpuUs - from.cpuUs, peakMb: to.peakMb }
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
