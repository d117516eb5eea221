import { hostname } from 'node:os'
import type { Results } from '../client/results.ts'
import type { Session } from '../client/session.ts'
import type { Starter } from '../client/starter.ts'
import type { RunEnd } from '../definition/definition.ts'
import type { Surroundings } from '../definition/surroundings.ts'
import { Listener } from '../kernel/listen.ts'
import { heldTasks, type LeasedTask } from '../kernel/tasks.ts'
import {
  describeWorker,
  isDraining,
  registerWorker,
  stopWorker,
  type WorkerInfo,
} from '../kernel/workers.ts'
import { LeaseLostError, UnavailableError } from '../model/errors.ts'
import type { Change } from '../model/journal.ts'
import { MAX_UNWRITTEN_BYTES } from '../model/limits.ts'
import { type BackgroundWork, liveWork } from './background-work.ts'
import { AHEAD_MS, Claimer } from './claimer.ts'
import { DatabaseClock } from './database-clock.ts'
import { type HeldRun, HeldRuns } from './held-runs.ts'
import { Hosts } from './hosts.ts'
import { Lease } from './lease.ts'
import { LeasedTaskRun } from './leased-run.ts'
import { LiveSender } from './live-sender.ts'
import { LogWriter } from './log-writer.ts'
import type { ResolvedWorkerOptions } from './options.ts'
import { ReplySize } from './reply-size.ts'
import { Slots } from './slots.ts'
import { Wake } from './wake.ts'
import { Watcher } from './watcher.ts'
import { WebhookSender } from './webhook-sender.ts'
import type { WorkSource } from './work-source.ts'
import { type HostParts, WorkerHost } from './worker-host.ts'

/** Between two tries while the database is away, or refuses. */
const AWAY_MS = 500
const REFUSED_MS = 1000
/** Between two looks for what is over of followers, chunks, feeds and logs. */
const TIDY_MS = 15_000
/** How long a stop waits for a database that does not answer, at each of two places. */
const PARTING_MS = 3000

/** What a worker is made of. */
export type WorkerParts = {
  readonly session: Session
  readonly starter: Starter
  readonly results: Results
  /** Where its runs come from. @param served this process serves more than it did */
  readonly source: (served: () => Promise<void>) => WorkSource
  /** It runs what all tenants have. */
  readonly allTenants: boolean
  /** Stored graphs that it takes in any version; `['*']`: all; null: none. */
  readonly graphs: readonly string[] | null
  readonly options: ResolvedWorkerOptions
  readonly surroundings: Surroundings
  /** An operator told this worker to end. */
  readonly drain: () => void
}

/** One process's worker: claims runs, runs their handlers, and writes what they did. */
export class Worker {
  readonly #parts: WorkerParts
  readonly #held: HeldRuns
  readonly #claimer: Claimer
  readonly #watcher: Watcher
  readonly #wake = new Wake()
  readonly #clock = new DatabaseClock()
  readonly #replies = new ReplySize()
  readonly #source: WorkSource
  readonly #hosts: Hosts
  readonly #listener: Listener
  readonly #live: LiveSender
  readonly #logs: LogWriter
  readonly #tidying: BackgroundWork
  #tidiedAt = 0
  #lease: Lease | null = null
  #id = ''
  #epoch = 0
  #seenFence = 0n
  /** There is no room: the next claim waits until a run has gone. */
  #full = false
  /** There is none for a run that has limits: such are not taken much ahead of their turn. */
  #noLane = false
  #stopping = false
  #stopped = false
  #told = false
  #loop: Promise<void> | null = null
  #reporter: NodeJS.Timeout | undefined

  constructor(parts: WorkerParts) {
    const { session, options } = parts
    this.#parts = parts
    this.#held = new HeldRuns({
      concurrency: options.concurrency,
      clock: this.#clock,
      begin: (held) => this.#begin(held),
      handBack: (held) => void this.#handBack(held),
    })
    this.#source = parts.source(() => this.#describe())
    this.#claimer = new Claimer(session, this.#source, options, {
      clock: this.#clock,
      webhooks: new WebhookSender(session, parts.surroundings),
    })
    this.#watcher = new Watcher(session, this.#held, this.#clock)
    this.#live = new LiveSender(session)
    this.#logs = new LogWriter(session, options.logLevel)
    this.#tidying = liveWork(session)
    const hostParts = {
      session,
      starter: parts.starter,
      clock: this.#clock,
      transactions: new Slots(Math.max(1, Math.floor(session.db.poolSize / 2))),
      now: () => this.#clock.earliest(),
      leaseOver: () => this.#leaseOver(),
      surroundings: parts.surroundings,
      live: this.#live,
      logs: this.#logs,
      dueIn: (ms: number) => this.#wake.within(Math.max(ms - AHEAD_MS, 0)),
    }
    this.#hosts = new Hosts(hostParts, parts.allTenants)
    this.#listener = new Listener(
      session.db,
      ['', ':follow'],
      (channel, payload) => (channel === '' ? this.#heard(payload) : this.#live.heard(payload)),
      () => {
        void this.#live.look()
        this.#wake.now()
      },
    )
  }

  /** As the kernel registered it last. */
  get id(): string {
    return this.#id
  }

  /** How many runs this worker owns now. */
  get held(): number {
    return this.#held.size
  }

  /** It owns no run, and there is none that it could begin now. */
  get idle(): boolean {
    return this.#held.size === 0 && this.#wake.armed && this.#claimer.quiet
  }

  /** Registers and begins. @throws UnavailableError */
  async start(): Promise<void> {
    await this.#register()
    await this.#claimer.refreshRoutes()
    this.#listener.start()
    const { heartbeatMs } = this.#parts.options
    this.#reporter = setInterval(() => {
      void this.#watcher.round(this.#id)
      void this.#askDrain()
      void this.#lookForStored()
      this.#tidy()
    }, heartbeatMs)
    this.#loop = this.#run()
  }

  /** Lets running steps finish, hands the rest back, and ends the lease. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake.now()
    for (const held of this.#held.takeWaiting()) void this.#handBack(held)
    for (const held of this.#held.all()) held.handle?.drain()
    await this.#drained(this.#parts.options.drainMs)
    for (const held of this.#held.all())
      held.handle?.abort(new LeaseLostError('The worker is shutting down.'))
    clearInterval(this.#reporter)
    // where the database is cut off, a claim under way is not waited for: what it may still bring
    // is handed back by stop_worker, or when the lease is over
    await within(PARTING_MS, Promise.all([this.#loop, this.#claimer.stop(), this.#tidying.stop()]))
    await within(PARTING_MS, this.#logs.stop())
    this.#stopped = true
    await this.#listener.stop()
    await this.#lease?.stop()
    await within(PARTING_MS, stopWorker(this.#parts.session.db, this.#id))
  }

  /** Definitions came or went. */
  async refresh(): Promise<void> {
    await this.#claimer.refreshRoutes()
    this.#wake.now()
    await this.#describe()
  }

  async #describe(): Promise<void> {
    if (this.#id !== '') await describeWorker(this.#parts.session.db, this.#id, this.#info())
  }

  #info(): WorkerInfo {
    const { options, graphs } = this.#parts
    const { queues } = options
    const workflows = this.#source.workflows()
    return { host: hostname(), pid: process.pid, queues, workflows, ...(graphs && { graphs }) }
  }

  async #drained(ms: number): Promise<void> {
    const until = performance.now() + ms
    while (this.#held.size > 0 && performance.now() < until && !this.#leaseOver()) {
      await this.#wake.sleep(Math.min(until - performance.now(), 50))
    }
  }

  /**
   * The old registration goes first, if there was one: what it still held goes back without blame.
   */
  async #register(): Promise<void> {
    const { session, options } = this.#parts
    const tenant = await this.#source.number()
    if (this.#id !== '') {
      await stopWorker(session.db, this.#id)
      // the database may have been set back meanwhile: ids drawn before may be handed out again
      this.#parts.starter.ids.drop()
    }
    const sentAt = process.hrtime.bigint()
    const seen = String(this.#seenFence)
    this.#id = await registerWorker(session.db, tenant, options.leaseMs, this.#info(), seen)
    this.#epoch = 0
    const { leaseMs, heartbeatMs } = options
    const lease = { worker: this.#id, leaseMs, heartbeatMs, sentAt }
    this.#lease = new Lease(session.db, lease, () => this.#lost())
    this.#lease.start()
  }

  #leaseOver(): boolean {
    return this.#lease?.over ?? true
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

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        if (this.#leaseOver()) await this.#register()
        const restMs = await this.#turn()
        if (!this.#stopping) await this.#wake.sleep(restMs)
      } catch (error) {
        await this.#recoverFrom(error)
      }
    }
  }

  /** One claim. @returns for how long there is nothing to do */
  async #turn(): Promise<number> {
    const as = { worker: this.#id, epoch: this.#epoch }
    const room = this.#hosts.pendingBytes > MAX_UNWRITTEN_BYTES ? 0 : this.#held.room()
    this.#full = room <= 0
    if (this.#full) return this.#claimer.watch(as)
    const want = Math.min(room, this.#parts.options.batchSize, this.#replies.most)
    const suspect = this.#held.mayTakeSuspect
    const ahead = this.#held.earlyRoom()
    const lanes = this.#held.laneRoom()
    this.#noLane = lanes <= 0 && this.#source.limited
    const take = (task: LeasedTask) => this.#take(task, as.worker)
    const restMs = await this.#claimer.claim(
      { ...as, want, suspect, ahead, lanes },
      take,
      this.#wake,
    )
    this.#held.look()
    this.#replies.succeeded()
    return restMs
  }

  /** A reply that comes after the end of the lease brings what others own. */
  #take(task: LeasedTask, worker: string): void {
    if (this.#stopped || worker !== this.#id || this.#leaseOver()) return
    const fence = BigInt(task.fence)
    if (fence > this.#seenFence) this.#seenFence = fence
    this.#replies.took(task)
    this.#held.add(task)
  }

  /**
   * The reply of a claim may be lost, and with it runs that are ours: ask what we hold, under a new
   * epoch.
   */
  async #recoverFrom(error: unknown): Promise<void> {
    const { session } = this.#parts
    if (error instanceof LeaseLostError) return this.#giveUpLease()
    if (!this.#leaseOver()) session.logger.error(`worker ${this.#id}: claiming failed`, error)
    this.#clock.forget()
    this.#epoch++
    while (!this.#stopping && !this.#leaseOver()) {
      this.#replies.failed()
      await this.#wake.pause(error instanceof UnavailableError ? AWAY_MS : REFUSED_MS)
      try {
        return await this.#takeHeld()
      } catch (again) {
        if (again instanceof LeaseLostError) return this.#giveUpLease()
      }
    }
    if (!this.#stopping) await this.#wake.pause(AWAY_MS)
  }

  /** Asks for all that is ours, some at a time. */
  async #takeHeld(): Promise<void> {
    const { session } = this.#parts
    const worker = this.#id
    // what we hold, and what of that ends while we ask: of both the replies tell nothing new
    const known = new Set(this.#held.all().map(({ task }) => `${task.run} ${task.fence}`))
    for (let after = '0'; ; ) {
      const as = { worker, epoch: this.#epoch, after, most: this.#replies.most }
      const tasks = await heldTasks(session.db, await this.#source.number(), as)
      await this.#source.know([...new Set(tasks.map(({ route }) => route))])
      for (const task of tasks)
        if (!known.has(`${task.run} ${task.fence}`)) this.#take(task, worker)
      if (tasks.length < as.most) return
      after = (tasks.at(-1) as LeasedTask).run
    }
  }

  async #giveUpLease(): Promise<void> {
    if (this.#leaseOver()) return
    await this.#lease?.stop()
    this.#lost()
  }

  #begin(held: HeldRun): void {
    const route = this.#source.route(held.task.route)
    if (!this.#parts.allTenants || (route && this.#source.definition(route))) this.#beginNow(held)
    else void this.#beginLoaded(held)
  }

  /** What it is run by was met long ago, and many others since: it is loaded again. */
  async #beginLoaded(held: HeldRun): Promise<void> {
    const { run, route } = held.task
    await this.#source.know([route]).catch(() => {})
    if (this.#held.get(run) === held) this.#beginNow(held)
  }

  #beginNow(held: HeldRun): void {
    const { task } = held
    const route = this.#source.route(task.route)
    const definition = route && this.#source.definition(route)
    const parts = this.#hosts.of(route)
    // of a cancelled run nothing begins any more: whoever gets it next undoes it
    if (!route || !definition || !parts || held.cancelled) {
      this.#held.leave(held)
      void this.#handBack(held)
      return
    }
    const lease = new LeasedTaskRun(task, route, parts.session.tenantSlug)
    const host = new WorkerHost(parts, task, lease, () => {
      this.#held.leave(held)
      this.#hasRoom()
    })
    held.handle = definition.run(lease, host)
    void held.handle.done.then((end) => this.#ended(held, end))
    if (this.#stopping) held.handle.drain()
  }

  #ended(held: HeldRun, end: RunEnd): void {
    const { run } = held.task
    this.#held.drop(run, held)
    // who waits here waits for runs of the engine's own tenant: what others know of theirs is not for it
    if (this.#hosts.isOwn(this.#source.route(held.task.route))) this.#tell(run, end)
    this.#gone(held)
    this.#hasRoom()
    this.#rest()
  }

  #tell(run: string, end: RunEnd): void {
    const { results } = this.#parts
    if (end.kind === 'completed' || end.kind === 'failed') {
      const status = end.kind === 'completed' ? 'c' : 'f'
      results.ended({ run, status, output: end.output })
    } else if (end.kind === 'cancelled') {
      results.ended({ run, status: 'x', output: null })
    }
  }

  /** A run has gone: who waits for room, or for the last to go, goes on. */
  #hasRoom(): void {
    if (this.#full || this.#noLane || this.#stopping) this.#wake.now()
  }

  /** The last run may have readied others, its children say: looks that were made before do not count. */
  #rest(): void {
    if (this.#held.size === 0 && this.#claimer.looked) this.#wake.now()
  }

  /** Others may have waited for its place in a limit. */
  #gone({ task }: HeldRun): void {
    if (this.#source.route(task.route)?.limited) this.#wake.now()
  }

  /** Not begun: the workflow version is not here any more, there is no place, or the worker is stopping. */
  async #handBack(held: HeldRun): Promise<void> {
    const { run, task, fence } = held.task
    const change = this.#sleeps(held.task) ? sleepOn(held.task) : backToQueue(held.task)
    const parts = await this.#partsOf(held.task)
    // of a tenant that is being deleted: it goes with its row
    if (!parts) return this.#held.drop(run, held)
    const write = (what: Change) => parts.writer.write({ ...what, run, task, fence, parent: null })
    const verdict = await write(change).catch(() => null)
    // it was cancelled meanwhile, and its steps are to be undone, by others
    if (verdict?.kind === 'undo') {
      const rows = [{ kind: 'b' as const, name: '', data: verdict.data }]
      await write({ op: 'y', length: verdict.length + 1, rows }).catch(() => null)
    }
    this.#held.drop(run, held)
    this.#rest()
  }

  /** Null for a tenant that is being deleted. A route that was met long ago is asked for again. */
  async #partsOf({ route }: LeasedTask): Promise<HostParts | null> {
    const parts = this.#hosts.of(this.#source.route(route))
    if (parts) return parts
    await this.#source.know([route]).catch(() => {})
    return this.#hosts.of(this.#source.route(route))
  }

  /** It was leased before its time, and that has not come. */
  #sleeps({ dueAt }: LeasedTask): boolean {
    return dueAt !== null && this.#clock.least() < dueAt
  }

  /** Who follows runs of this worker, and what is over of all that was told. */
  #tidy(): void {
    void this.#live.look()
    if (performance.now() - this.#tidiedAt < TIDY_MS) return
    this.#tidiedAt = performance.now()
    this.#tidying.begin()
  }

  /** Whether an operator told it to end: a notification is only a hint. */
  async #askDrain(): Promise<void> {
    if (this.#told || this.#stopping || this.#leaseOver()) return
    const { session, drain } = this.#parts
    const isTold = await isDraining(session.db, this.#id).catch(() => false)
    if (!isTold || this.#told || this.#stopping) return
    this.#told = true
    drain()
  }

  /** Graphs may have been stored, or runs of older versions started: a notification is only a hint. */
  async #lookForStored(): Promise<void> {
    if (this.#stopping || this.#leaseOver()) return
    const found = await this.#source.lookForStored().catch(() => false)
    if (found) this.#wake.now()
  }

  /**
   * '' is work; 'look …' names runs whose waits or leases changed; 'drain': some shall end; 'graphs': some were
   * stored.
   */
  #heard(payload: string): void {
    if (payload === 'drain') void this.#askDrain()
    if (payload === 'graphs') return void this.#lookForStored()
    if (!payload.startsWith('look ')) return this.#wake.now()
    const runs = payload.slice(5).split(' ')
    const mine = runs.flatMap((run) => this.#held.get(run) ?? [])
    for (const held of mine) held.handle?.look()
    if (mine.length > 0) void this.#watcher.check(this.#id, mine)
  }
}

function backToQueue({ journal }: LeasedTask): Change {
  return { op: 'y', length: journal.length, rows: [] }
}

/** Its wait is as it was. Is it over by now, the run stays ours, and goes to the queue when we part. */
function sleepOn({ journal, waits }: LeasedTask): Change {
  const kept = [...waits.keys()].map((key) => ({ key, name: null, ms: null }))
  return { op: 'w', length: journal.length, rows: [], waits: kept }
}

/** Waits for the end of `work`, whatever it is, but not for longer than this. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late]).catch(() => {})
  clearTimeout(timer)
}
