import type { Session } from '../client/session.ts'
import { expireRuns } from '../kernel/runs.ts'
import { type Claimed, type LeasedTask, noteHeads } from '../kernel/tasks.ts'
import { recover } from '../kernel/workers.ts'
import {
  type BackgroundWork,
  bulkWork,
  closingWork,
  entityWork,
  eventWork,
  retentionWork,
} from './background-work.ts'
import type { DatabaseClock } from './database-clock.ts'
import type { ResolvedWorkerOptions } from './options.ts'
import type { From } from './queue-order.ts'
import { scheduleWork } from './schedule-work.ts'
import type { Wake } from './wake.ts'
import type { WebhookSender } from './webhook-sender.ts'
import type { WorkSource } from './work-source.ts'

/** A sweep from the head of the queues costs this many times its own duration before the next. */
const SWEEP_SHARE = 50
const LEAST_SWEEP_MS = 100
/** Of a sweep that takes longer others shall hear: there are many dead entries before what it found. */
const LONG_SWEEP_MS = 20
/** A head that has moved by less is not worth telling. */
const MUCH_TURNS = 10_000n
/**
 * What a sweep took once says little of later (the machine may have been busy), and what commits late
 * waits for the next one.
 */
const LONGEST_SWEEP_PAUSE_MS = 5000
/** What is due already, but was not had (somebody holds it), is asked for again after this long. */
const HELD_UP_MS = 50
/** A wait may be over before its commit is seen; what takes longer is found by a sweep. */
const COMMIT_MS = 1000
/** A worker that had nothing to do for this long expects little, and says at once that it is idle. */
const QUIET_MS = 5
/**
 * Between the word that the worker is idle and the last looks: only what was started in the moment
 * before that word is found by them, and what was claimed meanwhile comes first. The second is for a
 * start whose commit took long.
 */
const LAST_LOOKS_MS = [10, 100]

/**
 * This long before a run comes due it is asked for: the kernel leases those of the next 200 ms then, so
 * that a claim brings what comes due in half of that time, and the worker has it when its time comes.
 */
export const AHEAD_MS = 100

/** As whom to claim, and how much. */
export type ClaimAs = {
  readonly worker: string
  readonly epoch: number
  readonly want: number
  /** The worker holds no suspect. */
  readonly suspect: boolean
  /** How many may be leased before their time. */
  readonly ahead: number
  /** How many may be of routes that have limits. */
  readonly lanes: number
}

/** What a claimer works with. */
export type ClaimerParts = {
  readonly clock: DatabaseClock
  readonly webhooks: WebhookSender
}

/**
 * Asks for work: the queues in their order, from where the last claim ended, and now and then from
 * their heads. Does what a claim says somebody should do.
 */
export class Claimer {
  readonly #session: Session
  readonly #source: WorkSource
  readonly #options: ResolvedWorkerOptions
  readonly #clock: DatabaseClock
  readonly #bulk: BackgroundWork
  readonly #retention: BackgroundWork
  readonly #closing: BackgroundWork
  readonly #events: BackgroundWork
  readonly #schedules: BackgroundWork
  readonly #entities: BackgroundWork
  readonly #webhooks: WebhookSender
  #sweptAt = Number.NEGATIVE_INFINITY
  #sweepPause = 0
  /** What the last sweep took, here or elsewhere, where they take long; 0: not any more, which is to be told. */
  #longSweeps: number | null = null
  /** What was told of the heads last. */
  readonly #noted = new Map<number, string>()
  #notedMs = 0
  /** When it was found that there is nothing to do; null after work. */
  #restingSince: number | null = null
  #foundNothing = false
  /** What came due before this was seen to. */
  #since: Date | null = null
  /** Looks that found nothing since the worker said that it is idle, and nothing was heard. */
  #looks = 0

  /** @param clock is told the time by each claim */
  constructor(
    session: Session,
    source: WorkSource,
    options: ResolvedWorkerOptions,
    { clock, webhooks }: ClaimerParts,
  ) {
    this.#bulk = bulkWork(session)
    this.#retention = retentionWork(session)
    this.#closing = closingWork(session)
    this.#events = eventWork(session)
    this.#schedules = scheduleWork(session)
    this.#entities = entityWork(session)
    this.#webhooks = webhooks
    this.#session = session
    this.#source = source
    this.#options = options
    this.#clock = clock
  }

  /** The last looks found nothing to do. */
  get quiet(): boolean {
    return this.#looks >= LAST_LOOKS_MS.length
  }

  /** It has begun to make sure that there is nothing to do. */
  get looked(): boolean {
    return this.#looks > 0
  }

  /** Ends the chores that go on beside the claims. */
  async stop(): Promise<void> {
    const all = [this.#bulk, this.#retention, this.#closing, this.#events, this.#schedules]
    await Promise.all([...all, this.#entities, this.#webhooks].map((work) => work.stop()))
  }

  /** Definitions came or went, here or in the database. */
  async refreshRoutes(): Promise<void> {
    const sweepMs = await this.#source.refresh()
    if (this.#sweptAt === Number.NEGATIVE_INFINITY) this.#putOffSweep(sweepMs)
  }

  /** The first sweep, by how long others needed for theirs. */
  #putOffSweep(sweepMs: number): void {
    if (sweepMs === 0) return
    this.#longSweeps = sweepMs
    this.#notedMs = sweepMs
    this.#sweepPause = sweepPause(sweepMs)
    this.#sweptAt = performance.now()
  }

  /**
   * One claim, and the chores that it names.
   * @param take called at once with what was claimed: it is the worker's from that moment on
   * @param wake armed when the worker has said that it is idle, until something is heard
   * @returns milliseconds for which there is nothing to do, unless something is heard
   */
  async claim(as: ClaimAs, take: (task: LeasedTask) => void, wake: Wake): Promise<number> {
    const idle = this.#foundNothing || this.#isQuiet()
    // nothing from where the last claim ended: what was committed late is nearer to the head
    const isDue = performance.now() - this.#sweptAt >= this.#sweepPause
    const from = isDue || (idle && !this.#longSweeps) ? 'head' : idle ? 'sweep' : 'end'
    // what comes once this claim is committed is told; what came between its look and that is found
    // by the last looks
    const isLook = idle && wake.armed
    if (!isLook) this.#looks = 0
    if (idle) wake.arm()
    const claimed = await this.#ask(as, { from, idle }, take)
    const found = claimed.tasks.length
    this.#foundNothing = found === 0 && this.#source.exhausted
    const isNew = await this.#doChores(claimed)
    this.#restingSince = null
    // only now: what is under way may bring something
    this.#looks = isLook && this.#foundNothing && !isNew ? this.#looks + 1 : 0
    // runs whose time has come are woken some at a time where others are queued
    const isMoreDue = found > 0 && claimed.dueMs !== null && claimed.dueMs <= 0
    if (isNew || !idle || found === as.want || isMoreDue || !this.#source.exhausted) return 0
    this.#restingSince = performance.now()
    const rest = this.#restMs(claimed.dueMs)
    const quiet = wake.armed && found === 0
    return Math.min(rest, LAST_LOOKS_MS[quiet ? this.#looks : 0] ?? rest)
  }

  #isQuiet(): boolean {
    return this.#restingSince !== null && performance.now() - this.#restingSince > QUIET_MS
  }

  /** For a worker without room: what others wait for must not wait for that. @returns as claim */
  async watch(as: Omit<ClaimAs, 'want' | 'suspect' | 'ahead' | 'lanes'>): Promise<number> {
    // from the beginning each time: nobody else may sweep, and it is not often
    const look = { idle: false, since: null }
    const nothing = { ...as, want: 0, suspect: false, ahead: 0, lanes: 0 }
    const claimed = await this.#heard(look.since, () => this.#source.watch(nothing, look))
    await this.#doChores(claimed)
    return this.#restMs(claimed.dueMs)
  }

  async #ask(
    as: ClaimAs,
    { from, idle }: { from: From; idle: boolean },
    take: (task: LeasedTask) => void,
  ): Promise<Claimed> {
    const began = performance.now()
    await this.#source.prepare(idle, as.want)
    const since = from === 'head' ? null : this.#since
    const claimed = await this.#heard(since, () => this.#source.claim(as, from, { idle, since }))
    for (const task of claimed.tasks) take(task)
    if (from === 'head') this.#swept(performance.now() - began)
    // of long sweeps those that begin after us shall hear, or they walked over the same dead entries
    if (from !== 'end' && this.#longSweeps !== null) await this.#noteHeads(claimed, as)
    return claimed
  }

  /** Sweeps cost what they must walk over. */
  #swept(ms: number): void {
    this.#sweptAt = performance.now()
    this.#sweepPause = sweepPause(ms)
    if (ms >= LONG_SWEEP_MS) this.#longSweeps = ms
    else if (this.#longSweeps !== null) this.#longSweeps = 0
  }

  async #noteHeads({ starts, tasks }: Claimed, { want }: ClaimAs): Promise<void> {
    const heads = this.#source.heads(starts, tasks.length < want)
    const ms = this.#longSweeps as number
    if (ms > 0 && !this.#isNews(heads, ms)) return
    await noteHeads(this.#session.db, await this.#source.number(), heads, ms)
    for (const [route, head] of heads) this.#noted.set(route, head)
    this.#notedMs = ms
    if (ms === 0) this.#longSweeps = null
  }

  /** The kernel writes by the same rule: an idle worker must not ask for nothing after each claim. */
  #isNews(heads: ReadonlyMap<number, string>, ms: number): boolean {
    if (ms < this.#notedMs / 2 || ms > this.#notedMs * 2) return true
    return [...heads].some(
      ([route, head]) => BigInt(head) > BigInt(this.#noted.get(route) ?? '0') + MUCH_TURNS,
    )
  }

  /** What a claim says of the time, and of what is due. */
  async #heard(since: Date | null, ask: () => Promise<Claimed>): Promise<Claimed> {
    const sentAt = performance.now()
    const claimed = await ask()
    this.#clock.heard(claimed.clock, sentAt)
    const isDue = claimed.expireDue || (claimed.dueMs !== null && claimed.dueMs <= 0)
    this.#since = isDue ? since : new Date(claimed.clock.getTime() - COMMIT_MS)
    return claimed
  }

  /** Whether there may be new work now. */
  async #doChores(claimed: Claimed): Promise<boolean> {
    const { newestRoute, recoverDue, expireDue } = claimed
    const { db } = this.#session
    const isNew = await this.#source.heardOf(newestRoute)
    const recovered = recoverDue ? await recover(db) : 0
    if (expireDue) await expireRuns(db)
    if (claimed.bulkDue) this.#bulk.begin()
    if (claimed.retentionDue) this.#retention.begin()
    if (claimed.closingDue) this.#closing.begin()
    if (claimed.eventsDue) this.#events.begin()
    if (claimed.schedulesDue) this.#schedules.begin()
    if (claimed.entitiesDue) this.#entities.begin()
    if (claimed.webhooksDue) this.#webhooks.begin()
    return isNew || recovered > 0
  }

  #restMs(dueMs: number | null): number {
    const poll = this.#options.pollMs * (0.8 + Math.random() / 5)
    if (dueMs === null) return poll
    if (dueMs <= 0) return Math.min(HELD_UP_MS, poll)
    // what comes due so soon was not had ahead
    return Math.min(dueMs > AHEAD_MS ? dueMs - AHEAD_MS : dueMs + 1, poll)
  }
}

function sweepPause(ms: number): number {
  return Math.min(Math.max(ms * SWEEP_SHARE, LEAST_SWEEP_MS), LONGEST_SWEEP_PAUSE_MS)
}
