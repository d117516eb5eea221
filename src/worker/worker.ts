import { hostname } from 'node:os'
import type { Results } from '../client/results.ts'
import type { Session } from '../client/session.ts'
import type { Starter } from '../client/starter.ts'
import type { RunEnd } from '../definition/definition.ts'
import type { LeasedRun } from '../definition/host.ts'
import type { Registry } from '../definition/registry.ts'
import { getRoutes } from '../kernel/definitions.ts'
import { Listener } from '../kernel/listen.ts'
import { expireRuns } from '../kernel/runs.ts'
import { type Claimed, claimTasks, heldTasks, type LeasedTask } from '../kernel/tasks.ts'
import { recover, registerWorker, reportRunning, stopWorker } from '../kernel/workers.ts'
import { LeaseLostError, RunCancelledError, UnavailableError } from '../model/errors.ts'
import { encodeRunId } from '../model/run-id.ts'
import { type HeldRun, HeldRuns } from './held-runs.ts'
import { Lease } from './lease.ts'
import type { ResolvedWorkerOptions } from './options.ts'
import { QueueOrder } from './queue-order.ts'
import { Wake } from './wake.ts'
import { WorkerHost } from './worker-host.ts'
import { Writer } from './writer.ts'

/** A step that runs for longer is shown to people. */
const LONG_STEP_MS = 500
/** A sweep from the head of the queues costs this many times its own duration before the next. */
const SWEEP_SHARE = 50
const LEAST_SWEEP_MS = 100
/** Between two tries while the database is away. */
const AWAY_MS = 500

/** What a worker is made of. */
export type WorkerParts = {
  readonly session: Session
  readonly starter: Starter
  readonly results: Results
  readonly registry: Registry
  readonly options: ResolvedWorkerOptions
}

/** One process's worker: claims runs, runs their handlers, and writes what they did. */
export class Worker {
  readonly #parts: WorkerParts
  readonly #held: HeldRuns
  readonly #order = new QueueOrder()
  readonly #wake = new Wake()
  readonly #writer: Writer
  readonly #listener: Listener
  #lease: Lease | null = null
  #id = ''
  #epoch = 0
  #seenFence = 0n
  #clock = { at: performance.now(), time: Date.now() }
  #sweptAt = Number.NEGATIVE_INFINITY
  #sweepPause = LEAST_SWEEP_MS
  #newestRoute = 0
  #stopping = false
  #loop: Promise<void> | null = null
  #reporter: NodeJS.Timeout | undefined

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#held = new HeldRuns(parts.options.concurrency, (held) => this.#begin(held))
    this.#writer = new Writer(parts.session, () => this.#lease?.over ?? true)
    this.#listener = new Listener(
      parts.session.db,
      [''],
      (_, payload) => this.#heard(payload),
      () => this.#nudge(),
    )
  }

  /** How many runs this worker owns now. */
  get held(): number {
    return this.#held.size
  }

  /** Registers and begins. @throws UnavailableError */
  async start(): Promise<void> {
    await this.#register()
    await this.#refreshRoutes()
    this.#listener.start()
    this.#reporter = setInterval(() => void this.#report(), this.#parts.options.heartbeatMs)
    this.#loop = this.#run()
  }

  /** Lets running steps finish, hands the rest back, and ends the lease. */
  async stop(): Promise<void> {
    if (this.#stopping) return this.#loop ?? undefined
    this.#stopping = true
    this.#wake.now()
    for (const held of this.#held.takeWaiting()) void this.#handBack(held)
    for (const held of this.#held.all()) held.handle?.drain()
    await this.#drained(this.#parts.options.drainMs)
    for (const held of this.#held.all())
      held.handle?.abort(new LeaseLostError('The worker is shutting down.'))
    clearInterval(this.#reporter)
    await this.#loop
    await this.#listener.stop()
    await this.#lease?.stop()
    await stopWorker(this.#parts.session.db, this.#id).catch(() => {})
  }

  /** Definitions came or went. */
  async refresh(): Promise<void> {
    await this.#refreshRoutes()
    this.#nudge()
  }

  async #drained(ms: number): Promise<void> {
    const until = performance.now() + ms
    while (this.#held.size > 0 && performance.now() < until && !this.#lease?.over) {
      await this.#wake.sleep(Math.min(until - performance.now(), 100))
    }
  }

  async #register(): Promise<void> {
    const { session, registry, options } = this.#parts
    const tenant = await session.tenant()
    const workflows = registry
      .all()
      .map((definition) => [definition.id, definition.version] as const)
    const info = { host: hostname(), pid: process.pid, queues: options.queues, workflows }
    this.#id = await registerWorker(
      session.db,
      tenant,
      options.leaseMs,
      info,
      String(this.#seenFence),
    )
    this.#epoch = 0
    this.#lease = new Lease(session.db, { worker: this.#id, ...options }, () => this.#lost())
    this.#lease.start()
  }

  /** The lease is over, or nobody can be sure of it: others may run these runs already. */
  #lost(): void {
    this.#parts.session.logger.error(`worker ${this.#id}: the lease is over; its runs go to others`)
    this.#held.takeWaiting()
    for (const held of this.#held.all()) {
      held.handle?.abort(new LeaseLostError('The lease of this worker is over.'))
      this.#held.drop(held.task.run, held)
    }
    this.#wake.now()
  }

  async #refreshRoutes(): Promise<void> {
    const { session, registry, options } = this.#parts
    const workflows = registry
      .all()
      .map((definition) => [definition.id, definition.version] as const)
    this.#order.set(await getRoutes(session.db, await session.tenant(), workflows, options.queues))
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        if (this.#lease?.over) await this.#register()
        await this.#turn()
      } catch (error) {
        await this.#recoverFrom(error)
      }
    }
  }

  /** One claim, and what follows from it. */
  async #turn(): Promise<void> {
    const room = this.#held.room()
    if (room <= 0) return this.#wake.sleep(this.#parts.options.pollMs)
    const sweep = performance.now() - this.#sweptAt >= this.#sweepPause
    const claimed = await this.#claim(room, sweep)
    if (claimed.newestRoute > this.#newestRoute) {
      await this.#refreshRoutes()
      this.#newestRoute = claimed.newestRoute
      this.#nudge()
    }
    if (claimed.recoverDue) await recover(this.#parts.session.db)
    if (claimed.expireDue) await expireRuns(this.#parts.session.db)
    if (claimed.tasks.length > 0 || claimed.recoverDue) return
    if (!sweep) return this.#nudge()
    await this.#wake.sleep(this.#idleMs(claimed.dueMs))
  }

  /** With nothing to do it says that it is idle, looks once more, and sleeps until it is called or something comes due. */
  #idleMs(dueMs: number | null): number {
    const poll = this.#parts.options.pollMs * (0.8 + Math.random() / 5)
    this.#sweptAt = Number.NEGATIVE_INFINITY
    if (!this.#wake.armed) {
      this.#wake.arm()
      return 0
    }
    return dueMs === null ? poll : Math.min(Math.max(dueMs, 0) + 1, poll)
  }

  async #claim(room: number, sweep: boolean): Promise<Claimed> {
    const { session, options } = this.#parts
    const want = Math.min(room, options.batchSize)
    const began = performance.now()
    const claimed = await claimTasks(session.db, await session.tenant(), {
      worker: this.#id,
      epoch: this.#epoch,
      want,
      suspect: this.#held.mayTakeSuspect,
      idle: sweep,
      ...this.#order.next(sweep),
    })
    const now = performance.now()
    this.#clock = { at: now, time: claimed.clock.getTime() }
    if (sweep) {
      this.#sweptAt = now
      this.#sweepPause = Math.max((now - began) * SWEEP_SHARE, LEAST_SWEEP_MS)
    }
    this.#order.note(claimed.ends)
    for (const task of claimed.tasks) this.#take(task)
    return claimed
  }

  #take(task: LeasedTask): void {
    const fence = BigInt(task.fence)
    if (fence > this.#seenFence) this.#seenFence = fence
    this.#held.add(task)
  }

  /** The reply of a claim may be lost, and with it runs that are ours: ask what we hold, under a new epoch. */
  async #recoverFrom(error: unknown): Promise<void> {
    const { session } = this.#parts
    if (error instanceof LeaseLostError) {
      await this.#lease?.stop()
      this.#lost()
      return
    }
    session.logger.error(`worker ${this.#id}: ${(error as Error).message}`)
    this.#epoch++
    while (!this.#stopping && !this.#lease?.over) {
      await this.#wake.pause(error instanceof UnavailableError ? AWAY_MS : AWAY_MS * 2)
      try {
        const tasks = await heldTasks(session.db, await session.tenant(), this.#id, this.#epoch)
        for (const task of tasks) if (!this.#held.get(task.run)) this.#take(task)
        return
      } catch (again) {
        if (again instanceof LeaseLostError) return this.#recoverFrom(again)
      }
    }
    if (this.#lease?.over && !this.#stopping) await this.#wake.pause(AWAY_MS)
  }

  #begin(held: HeldRun): void {
    const { task } = held
    const route = this.#order.get(task.route)
    const definition = route && this.#parts.registry.get(route.name, route.version)
    if (!route || !definition) {
      this.#held.leave(held)
      void this.#handBack(held)
      return
    }
    const lease = readLease(task, route, this.#parts.session.tenantSlug)
    const name = `${route.name} ${lease.id}`
    const parent = readMeta(task).parent ?? null
    const parts = {
      session: this.#parts.session,
      starter: this.#parts.starter,
      writer: this.#writer,
      now: () => this.#now(),
    }
    const host = new WorkerHost(parts, task, name, parent, () => this.#leave(held))
    held.handle = definition.run(lease, host)
    void held.handle.done.then((end) => this.#ended(held, end))
    if (this.#stopping) held.handle.drain()
  }

  #leave(held: HeldRun): void {
    this.#held.leave(held)
    this.#nudge()
  }

  #ended(held: HeldRun, end: RunEnd): void {
    this.#held.drop(held.task.run, held)
    if (end.kind === 'completed')
      this.#parts.results.ended({ run: held.task.run, status: 'c', output: end.output })
    if (end.kind === 'failed')
      this.#parts.results.ended({ run: held.task.run, status: 'f', output: end.output })
    if (this.#stopping || end.kind === 'parked') this.#nudge()
  }

  /** A version that this worker does not have any more: another worker will. */
  async #handBack(held: HeldRun): Promise<void> {
    const { run, task, fence, journal } = held.task
    const change = {
      op: 'y',
      length: journal.length,
      rows: [],
      run,
      task,
      fence,
      parent: null,
    } as const
    await this.#writer.write(change).catch(() => {})
    this.#held.drop(run, held)
  }

  /** Never ahead of the database: its clock was read before the reply came. */
  #now(): Date {
    return new Date(this.#clock.time + (performance.now() - this.#clock.at))
  }

  #nudge(): void {
    this.#wake.now()
  }

  /** '' is work; 'look …' names runs whose waits or leases changed. */
  #heard(payload: string): void {
    if (!payload.startsWith('look ')) return this.#nudge()
    const runs = payload.slice(5).split(' ')
    const mine = runs.flatMap((run) => this.#held.get(run) ?? [])
    for (const held of mine) held.handle?.look()
    if (mine.length > 0) void this.#check(mine)
  }

  async #report(): Promise<void> {
    const now = performance.now()
    await this.#check(this.#held.all().filter((held) => now - held.since > LONG_STEP_MS))
  }

  /** Shows the long steps, and stops the handlers of runs that are not ours any more. */
  async #check(helds: readonly HeldRun[]): Promise<void> {
    const now = performance.now()
    const running = this.#held.all().flatMap((held) =>
      (held.handle?.running() ?? [])
        .filter((step) => now - step.since > LONG_STEP_MS)
        .map(({ step, since }) => ({
          run: encodeRunId(BigInt(held.task.run)),
          step,
          since: new Date(this.#now().getTime() - (now - since)).toISOString(),
        })),
    )
    const leases = helds.map((held) => ({ run: held.task.run, fence: held.task.fence }))
    const gone = await reportRunning(
      this.#parts.session.db,
      this.#id,
      running.slice(0, 100),
      leases,
    ).catch(() => [])
    for (const run of gone) {
      const held = helds.find((one) => one.task.run === run)
      held?.handle?.abort(
        new RunCancelledError('The run was cancelled, or is not this worker’s any more.'),
      )
    }
  }
}

type Meta = { id?: string; resource?: string; tags?: string[]; retries?: number; parent?: string }

function readMeta(task: LeasedTask): Meta {
  return task.meta === null ? {} : (JSON.parse(task.meta) as Meta)
}

function readLease(
  task: LeasedTask,
  route: { name: string; version: string },
  tenant: string,
): LeasedRun {
  const meta = readMeta(task)
  return {
    id: meta.id ?? encodeRunId(BigInt(task.run)),
    workflowId: route.name,
    version: route.version,
    tenant,
    resourceId: meta.resource ?? null,
    tags: meta.tags ?? [],
    retries: meta.retries ?? null,
    input: task.input,
    journal: task.journal,
    waits: task.waits,
    crashes: task.crashes,
  }
}
