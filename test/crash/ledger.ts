import type { Advance, LeasedTask } from '../../src/kernel/tasks.ts'
import type { Wait } from '../../src/model/journal.ts'
import type { Emitted } from './events.ts'
import type { Ruled } from './rules.ts'
import type { Scheduled } from './schedules.ts'

/** A step attempt that did something in the outside world. `tag` is what it gave, unique to it. */
export type Effect = { readonly run: string; readonly key: string; readonly fence: bigint }

export type Sent = {
  readonly input: string
  readonly delayMs: number | null
  readonly timeoutMs: number | null
  /** Idempotency key. */
  readonly key: string | null
  readonly sentAt: number
  acknowledged: boolean
}

export type Message = {
  readonly id: string
  readonly run: string
  readonly name: string
  /** Order of what this process saw: of the call's begin, and of its answer. */
  readonly sent: number
  answered: number | null
  accepted: boolean
}

/**
 * What happened outside the database: the only witness that does not depend on the engine. Times are
 * this machine's wall clock in whole milliseconds, rounded down, which is the database's too: what the
 * kernel is asked for now is due no earlier than now plus the time asked for.
 */
export class Ledger {
  readonly effects = new Map<string, Effect>()
  readonly starts = new Map<string, Sent>()
  /** Ids drawn for children; each may have been started, or not. */
  readonly children = new Set<string>()
  readonly messages = new Map<string, Message>()
  /** By the id in their data. */
  readonly emissions = new Map<string, Emitted>()
  /** Starts that follow rules, by their ids. */
  readonly ruled = new Map<string, Ruled>()
  schedule: Scheduled | null = null
  /** Runs whose cancel was acknowledged, and when that was seen. */
  readonly cancelled = new Map<string, number>()
  /** Runs that somebody wanted to terminate: their undos may not have run. */
  readonly terminated = new Set<string>()
  /** Runs whose pause was acknowledged, and when; and those that anybody ever wanted to resume. */
  readonly paused = new Map<string, number>()
  readonly resumed = new Set<string>()
  /** Runs that somebody fast-forwarded: their times do not count. */
  readonly forwarded = new Set<string>()
  /** New run -> the run that it retries. */
  readonly retries = new Map<string, string>()
  /** Retries whose reply was lost: each may have made a run that nobody knows. */
  unknownRetries = 0
  /** Tags of results that were acknowledged, by run and key. */
  readonly acknowledged = new Map<string, string>()
  /** Tags that stood in a write that was refused as stale, and was sent only once. */
  readonly refused = new Set<string>()
  readonly violations: string[] = []
  readonly #fences = new Map<string, bigint>()
  readonly #dues = new Map<string, number>()
  readonly #kept = new Map<string, Set<string>>()
  readonly #trace: [at: number, who: string, what: string][] = []
  readonly #began = performance.now()
  #events = 0

  /** The next number of the order in which this process sees things. */
  tick(): number {
    return ++this.#events
  }

  note(who: string, what: string): void {
    this.#trace.push([performance.now() - this.#began, who, what])
  }

  violated(what: string): void {
    if (this.violations.includes(what)) return
    this.violations.push(what)
    this.note('VIOLATED', what)
  }

  /** The trace as lines; with runs, only what names one of them, or the faults. */
  trace(runs: readonly string[] = []): string[] {
    const wanted = ([, who, what]: [number, string, string]) =>
      runs.length === 0 || who === 'VIOLATED' || runs.some((run) => what.includes(run))
    return this.#trace
      .filter(wanted)
      .map(([at, who, what]) => `${at.toFixed(1).padStart(8)} ms  ${who.padEnd(10)} ${what}`)
  }

  /** Waits that are about to be asked for: none of them may end before its time. */
  asked(advance: Advance, failures: (key: string) => number): void {
    const now = Date.now()
    for (const wait of advance.waits ?? []) {
      if (wait.ms !== null) this.due(advance.run, dueKey(wait, failures), now + wait.ms)
    }
  }

  due(run: string, key: string, at: number): void {
    const id = `${run}/${key}`
    this.#dues.set(id, Math.min(this.#dues.get(id) ?? at, at))
  }

  /** Before when a wait cannot end; undefined if nobody ever asked for it. */
  dueAt(run: string, key: string): number | undefined {
    return this.#dues.get(`${run}/${key}`)
  }

  /** A wait has ended by time, as somebody hears now, although its time is not over. */
  isEarly(run: string, kind: string, key: string): boolean {
    const due = kind === 't' || kind === 'o' ? this.dueAt(run, key) : undefined
    return due !== undefined && Date.now() < due && !this.forwarded.has(run)
  }

  /** A worker heard that the run is its own, under this fence. */
  owned(run: string, fence: string): void {
    const newest = this.#fences.get(run) ?? 0n
    if (BigInt(fence) > newest) this.#fences.set(run, BigInt(fence))
  }

  /** Some worker heard that the run is its own. */
  wasOwned(run: string): boolean {
    return this.#fences.has(run)
  }

  /** Somebody else owns the run since: no write with this fence may count that is sent from now on. */
  isOvertaken(run: string, fence: string): boolean {
    return BigInt(fence) < (this.#fences.get(run) ?? 0n)
  }

  /** The kernel has taken these waits: they outlive whoever asked. */
  kept(run: string, waits: readonly Wait[]): void {
    const keys = this.#kept.get(run) ?? new Set()
    for (const { key } of waits) if (!/^[~?]/.test(key)) keys.add(key)
    this.#kept.set(run, keys)
  }

  /** Waits that were taken, have not ended by this journal, and yet are not among the run's. */
  lostWaits(task: LeasedTask): string[] {
    const ended = new Set(
      task.journal.filter(({ kind }) => 'rfgto'.includes(kind)).map(({ name }) => name),
    )
    return [...(this.#kept.get(task.run) ?? [])].filter(
      (key) => !ended.has(key) && !task.waits.has(key),
    )
  }
}

/** A backoff belongs to one attempt, any other wait to its step. */
function dueKey(wait: Wait, failures: (key: string) => number): string {
  return wait.key.startsWith('~') ? `${wait.key}#${failures(wait.key.slice(1))}` : wait.key
}
