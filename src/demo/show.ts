import { setTimeout as pause } from 'node:timers/promises'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { approve, each } from './approvals.ts'
import type { Census, Counter } from './census.ts'
import type { DemoPlan } from './options.ts'
import type { orderWorkflow } from './orders.ts'
import { STEPS } from './orders.ts'
import { count, type Screen } from './screen.ts'
import { ITEMS } from './shop.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Between two looks. */
const LOOK_MS = 40
/** Orders come in such batches, while no more than this many are queued. */
const BATCH = 50
const ENOUGH_QUEUED = 100
/** Every how many-th order is approved before it waits for that: the message is buffered. */
const EARLY = 3
/** For so long nothing may happen before the demo gives up. */
const STALL_MS = 20_000

export type ShowParts = {
  readonly plan: DemoPlan
  readonly client: WorkflowClient
  readonly order: ReturnType<typeof orderWorkflow>
  readonly worker: WorkerProcess
  readonly counter: Counter
  readonly screen: Screen
}

/** What is to be seen: orders come in, go on, and lose their worker on the way. */
export class Show {
  readonly started: string[] = []
  /** Runs that are approved as soon as they are started. */
  readonly early = new Set<string>()
  /** How many runs each of the killed processes held. */
  readonly held: number[] = []
  readonly #parts: ShowParts
  #lastChange = { what: '', at: performance.now() }

  constructor(parts: ShowParts) {
    this.#parts = parts
  }

  /** Goes on until all runs have ended, or nothing happens any more. Returns the seconds it took. */
  async run(signal: AbortSignal): Promise<number> {
    const { plan, counter, screen, worker } = this.#parts
    const began = performance.now()
    for (;;) {
      signal.throwIfAborted()
      const census = await counter.count(this.started.length, worker.pid)
      screen.show(census)
      if (census.ended === plan.orders || this.#stalled(census)) break
      if (this.started.length < plan.orders && census.queued < ENOUGH_QUEUED)
        await this.#takeOrders()
      if (worker.lostLease()) await this.#loseLease()
      else if (this.#isTimeToKill(census)) await this.#kill()
      await pause(LOOK_MS)
    }
    return (performance.now() - began) / 1000
  }

  async #takeOrders(): Promise<void> {
    const { client, order, plan } = this.#parts
    const first = this.started.length + 1
    const size = Math.min(BATCH, plan.orders - this.started.length)
    const inputs = Array.from({ length: size }, (_, i) => ({
      input: { number: first + i, item: 1 + ((first + i) % ITEMS), quantity: 1 + (i % 5) },
    }))
    const runs = await client.startWorkflows(order, inputs)
    const early = runs.filter((_, i) => (first + i) % EARLY === 0).map(({ id }) => id)
    this.started.push(...runs.map(({ id }) => id))
    for (const id of early) this.early.add(id)
    await each(early, 8, (id) => approve(client, id))
  }

  /** The kills divide the work into equal parts, and each hits a worker that has runs in its hands. */
  #isTimeToKill({ steps, held }: Census): boolean {
    const { orders, kills } = this.#parts.plan
    const next = this.held.length + 1
    return next <= kills && held > 0 && steps >= (orders * STEPS.length * next) / (kills + 1)
  }

  async #kill(): Promise<void> {
    const { worker, counter } = this.#parts
    const pid = await worker.kill()
    const { held } = await counter.count(this.started.length, pid)
    this.held.push(held)
    await this.#restart(`kill -9 ${pid}: the worker is gone, and held ${count(held)} runs`)
  }

  async #loseLease(): Promise<void> {
    const { worker } = this.#parts
    await this.#restart(
      `worker ${worker.pid} lost its lease, this machine is busy; the next one’s is ${worker.leaseSeconds} s`,
    )
  }

  async #restart(why: string): Promise<void> {
    const { worker, screen } = this.#parts
    screen.tell(why)
    await worker.start()
    screen.tell(`worker ${worker.pid} is at work`)
  }

  #stalled(census: Census): boolean {
    const what = JSON.stringify(census)
    const now = performance.now()
    if (what !== this.#lastChange.what) this.#lastChange = { what, at: now }
    const stalled = now - this.#lastChange.at > STALL_MS
    if (stalled) this.#parts.screen.tell(`nothing has happened for ${STALL_MS / 1000} s: giving up`)
    return stalled
  }
}
