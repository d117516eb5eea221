import type { RunEnd, RunHandle } from '../definition/definition.ts'
import type { LeasedRun, PreparedChild, RunHost } from '../definition/host.ts'
import type { HistoryMismatchError, LimitError } from '../model/errors.ts'
import type { Ask, Change, JournalRow, Verdict } from '../model/journal.ts'
import { Activity } from './activity.ts'
import { Deliveries } from './deliveries.ts'
import {
  continuedRow,
  endOf,
  failingRow,
  type Settled,
  type Suspension,
  suspensionRow,
  warnOfLosers,
} from './endings.ts'
import { forever } from './forever.ts'
import { HistoryLimits, tooManyBytes } from './history-limits.ts'
import { closeKey, type Entry, Journal, patchOf } from './journal.ts'
import { LookTimer } from './look-timer.ts'
import { OpenChildren } from './open-children.ts'
import { type Consequence, NO_WAITS, Outbox, type Part } from './outbox.ts'
import { overTimers } from './over-timers.ts'
import { Replay } from './replay.ts'
import { type Resting, whenAtRest } from './rest.ts'
import { type OneWait, Waits } from './waits.ts'

/** The wait before the handler itself is tried again. */
const HANDLER_BACKOFF = '~$handler'

/**
 * One run in this process. Steps tell it what they did and what they wait for; when the handler has
 * come to rest it decides what to write, and a step that follows another begins only after that
 * write.
 *
 * The rule that everything rests on: a result may be handed to the handler at once, because a
 * handler is only code between steps, but nothing that others could see (another step, the end of
 * the run) happens before it is durable. So the last result travels with whatever follows it, in
 * one write.
 */
export class Execution implements RunHandle, Resting {
  readonly lease: LeasedRun
  readonly host: RunHost
  readonly journal: Journal
  readonly done: Promise<RunEnd>
  readonly #limits: HistoryLimits
  #abort: AbortController | null = null
  #aborted: unknown = null
  readonly #calls = new Map<string, number>()
  readonly #waits: Waits
  readonly #deliveries: Deliveries
  #replay: Replay | null = null
  readonly #activity = new Activity()
  readonly #outbox: Outbox
  #settled: Settled | null = null
  readonly #children = new OpenChildren()
  #suspension: Suspension | null = null
  #touched = false
  #restAwaited = false
  #draining = false
  #over = false
  readonly #timer = new LookTimer()
  #leave!: (end: RunEnd) => void

  constructor(lease: LeasedRun, host: RunHost, maxSteps: number) {
    this.lease = lease
    this.host = host
    const over = overTimers(lease)
    this.journal = new Journal(lease.journal, over)
    this.#limits = new HistoryLimits(maxSteps, this.journal.warned)
    this.#outbox = new Outbox(over)
    this.#waits = new Waits(lease.waits)
    // they are over, and no step asks for them: they do not say that the run was further
    for (const { name } of over) this.#waits.forget(name)
    this.#waits.forget(HANDLER_BACKOFF)
    this.#deliveries = new Deliveries(this.journal.ended, () => this.#awaitRest())
    this.done = new Promise((resolve) => {
      this.#leave = resolve
    })
  }

  /** Aborted when the run is cancelled, lost or timed out, or when this process stops. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController()
      if (this.#aborted !== null) this.#abort.abort(this.#aborted)
    }
    return this.#abort.signal
  }

  /**
   * This process has nothing more to do with the run: whatever still goes on here must not be felt.
   */
  get over(): boolean {
    return this.#over
  }

  /** The handler has not come to where the run was when this process got it. */
  get replaying(): boolean {
    return this.journal.unseen.size > 0
  }

  /** The run was further than the handler is now: it has steps behind it, or waits, for which that has not asked. */
  get behind(): boolean {
    for (const key of this.journal.unseen) if (patchOf(key) === null) return true
    return this.#waits.unasked
  }

  /** Its history is near its limit. */
  get isLong(): boolean {
    return this.#limits.isLong(this.journal, this.#outbox)
  }

  /** Of the handler: 1, 2, … */
  get attempt(): number {
    return this.journal.handlerFailures + this.lease.crashes + 1
  }

  // ── what steps call, in this order: key, take, begin, end, record or wait, deliver

  /** The key of a step: its id, and from the second call with that id on a count. */
  key(stepId: string): string {
    const call = (this.#calls.get(stepId) ?? 0) + 1
    this.#calls.set(stepId, call)
    return call === 1 ? stepId : `${stepId}#${call}`
  }

  /** What is recorded of a step. It must end in `deliver`. @throws HistoryMismatchError */
  take(key: string, what: string, kinds: string): Readonly<Entry> {
    this.#deliveries.open()
    return this.journal.take(key, what, kinds)
  }

  /**
   * Resolves, or is undefined, when a step may begin: replay is over, and all that came before is
   * durable.
   */
  begin(key: string): Promise<void> | undefined {
    if (this.#mayBegin()) {
      this.#activity.begin(key, this.#length)
      return undefined
    }
    this.touch()
    return this.#activity.wait(key)
  }

  /** Of the journal, with what is as good as recorded. */
  get #length(): number {
    return this.journal.length + this.#outbox.late
  }

  #mayBegin(): boolean {
    if (this.#over || this.#draining || this.#suspension || this.#children.closing) return false
    if (this.#outbox.busy || this.#outbox.size > 0 || this.#activity.waiting > 0) return false
    return this.journal.unseen.size === 0 && this.#limits.allows(this.journal.length)
  }

  /** The step does nothing any more that others could see. */
  end(key: string): void {
    if (this.#activity.end(key)) this.touch()
  }

  /** Takes a row into the next write, and what happens with it. */
  record(row: JournalRow, what?: Consequence): void {
    // one that would make the history too large is not taken: its step is done again, if ever
    if (this.#limits.outgrows(this.journal, this.#outbox, row)) {
      this.#exceed(tooManyBytes())
      return this.touch()
    }
    this.#outbox.add(this.#activity.dated(row), what)
    if (row.kind === 'r' || row.kind === 'f' || row.kind === 's' || row.kind === 'l')
      this.#deliveries.place(row.name, this.#outbox.busy)
    this.#limits.watch(this.journal, this.#outbox, this.host)
    this.touch()
  }

  /**
   * Takes a child into the next write, with the row that says so. `ends`: nothing waits for the
   * child.
   */
  startChild(child: PreparedChild, row: JournalRow, ends: boolean): void {
    this.record(row, { child })
    if (ends) this.#deliveries.place(row.name, this.#outbox.busy)
  }

  /** Whether the run waits for this key, since an earlier time in memory. */
  isKept(key: string): boolean {
    return this.#waits.isKept(key)
  }

  /** A wait: resolves with the row that ended it, here or, after a replay, elsewhere. */
  wait(wait: OneWait): Promise<JournalRow> {
    this.touch()
    return this.#waits.add(wait)
  }

  /** A wait for people, who are asked in the write that says so; those that were asked before are not again. */
  ask(wait: OneWait, question: Ask): Promise<JournalRow> {
    if (!this.isKept(wait.key)) this.#outbox.ask(question)
    return this.wait(wait)
  }

  /** The wait is of no interest any more: another ended what they stood for. */
  unwait(key: string): void {
    this.#waits.drop(key)
    this.touch()
  }

  /** When it is this step's turn to hand the handler its result. */
  deliver(key: string): Promise<void> | undefined {
    if (this.#over) return forever()
    const turn = this.#deliveries.deliver(key)
    if (turn) this.touch()
    return turn
  }

  /** The run does not end before this child has. */
  keepOpen(key: string, run: string): void {
    if (this.journal.peek(closeKey(key)).end === null) this.#children.add(key, run)
  }

  /** The end of the child was heard. */
  closed(key: string): void {
    this.#children.delete(key)
  }

  /** These have ended, or were begun, but will not be asked for. */
  skip(keys: ReadonlySet<string>): void {
    for (const key of keys) this.journal.see(key)
    this.#deliveries.skip(keys)
  }

  /**
   * Runs a transaction that commits the end of a step. No other write of this run is under way or
   * due meanwhile, because both would give their rows the same numbers.
   * @param run gets what makes the change of the row
   */
  async transact<T>(
    run: (change: (row: JournalRow) => Change) => Promise<{ result: T; verdict: Verdict }>,
  ): Promise<T> {
    if (this.#over) return forever()
    this.touch()
    await this.#outbox.turn()
    try {
      const length = this.journal.length + 1
      let written: Change = { op: 'k', length, rows: [] }
      const { result, verdict } = await run((row) => {
        written = { op: 'k', length, rows: [this.#activity.dated(row)] }
        return written
      })
      this.journal.grow(written)
      this.#heed(verdict)
      if (this.#over) return forever()
      for (const { name } of written.rows) this.#deliveries.place(name, false)
      return result
    } finally {
      this.#written()
    }
  }

  // ── what the handler's end and the worker say

  /** The handler is through, or has the run go on as another. */
  settle(settled: Settled): void {
    this.#settled ??= settled
    this.touch()
  }

  /** Pauses the run: its history and the code do not fit. It can be resumed with code that does. */
  mismatch(error: HistoryMismatchError): void {
    this.#suspension ??= { letter: 'h', reason: 'history_mismatch', error }
    this.touch()
  }

  abort(reason: Error): void {
    this.#finish({ kind: 'lost' }, reason)
  }

  drain(): void {
    this.#draining = true
    this.touch()
  }

  look(): void {
    this.#waits.look()
    this.touch()
  }

  running(): { step: string; since: number }[] {
    return this.#activity.list()
  }

  // ── the pump

  /**
   * Looks at the whole once the handler has come to rest: all promises that could go on have gone
   * on.
   */
  touch(): void {
    if (this.#over) return
    this.#touched = true
    this.#awaitRest()
  }

  #awaitRest(): void {
    if (this.#restAwaited) return
    this.#restAwaited = true
    whenAtRest(this)
  }

  /** The handler has come to rest. Results go to it one at a time; only then it is time to decide. */
  rest(): void {
    this.#restAwaited = false
    if (this.#deliveries.rest()) return this.touch()
    if (!this.#touched || this.#over) return
    this.#touched = false
    if (!this.#outbox.busy) this.#pump()
  }

  /** Decides what follows, the first that applies. */
  #pump(): void {
    const settled = this.#settled
    const due = this.#outbox.size > 0
    if (this.#outbox.large) return this.#keep()
    if (
      settled &&
      (!settled.ok || this.journal.unseen.size === 0) &&
      !this.#awaitsChildren(settled)
    )
      return this.#conclude(settled)
    if (this.#outbox.turns > 0) return due ? this.#keep() : this.#outbox.grant()
    if (this.#suspension ?? this.#limit()) return this.#stop(() => this.#suspend())
    if (this.#draining) return this.#stop(() => this.#handBack())
    if (this.journal.unseen.size > 0) return this.#awaitReplay()
    if (this.#activity.waiting > 0) return due ? this.#keep() : this.#activity.release(this.#length)
    if (this.#activity.size === 0 && this.#waits.size > 0) return this.#park()
    if (due || (this.#waits.size > 0 && this.#waits.changed)) this.#keep()
  }

  /** Nothing new begins; when what runs is through and durable, so is the run, here. */
  #stop(then: () => void): void {
    if (this.#activity.size === 0) then()
    else if (this.#outbox.size > 0) this.#keep()
  }

  /**
   * The handler still has recorded steps to ask for. If it asks for others instead, the code has
   * changed.
   */
  #awaitReplay(): void {
    this.#replay ??= new Replay(this.journal)
    const found = this.#activity.firstWaiting ?? this.#waits.first ?? this.#deliveries.firstBlocked
    if (this.#settled) return this.mismatch(this.#replay.mismatch(undefined))
    if (found === undefined) return
    const left = this.#replay.patience()
    if (left > 0) this.#timer.later(left, () => this.touch())
    else this.mismatch(this.#replay.mismatch(found))
  }

  #limit(): Suspension | null {
    if (!this.#limits.allows(this.journal.length + this.#outbox.size))
      this.#exceed(this.#limits.tooManyRows())
    return this.#suspension
  }

  #exceed(error: LimitError): void {
    this.#suspension ??= { letter: 'l', reason: 'limit', error }
  }

  #suspend(): void {
    const { letter, reason, error } = this.#suspension as Suspension
    this.#outbox.add(suspensionRow(reason, error))
    this.#write({ op: 'p', output: letter })
  }

  /** Another process, or this one later, goes on with it: at once, or when its wait is over. */
  #handBack(): void {
    const atRest = this.#activity.waiting === 0 && this.journal.unseen.size === 0
    if (atRest && this.#waits.size > 0) this.#park()
    else this.#write({ op: 'y' })
  }

  #park(): void {
    if (!this.#waits.asksForPause) return this.#write({ op: 'w' })
    this.#outbox.add({ kind: 'p', name: '', data: '{"reason":"step","by":null}' })
    this.#write({ op: 'p', output: 's' })
  }

  /** The handler is through, for good, and some of its children are not. */
  #awaitsChildren(settled: Settled): boolean {
    if (this.#children.size === 0 || this.journal.unseen.size > 0) return false
    if (!settled.ok && settled.failure.retryMs !== null) return false
    this.#activity.dismiss()
    this.#children.close(this.#waits, () => this.touch())
    return true
  }

  #conclude(settled: Settled): void {
    if (settled.ok) {
      warnOfLosers(this.#activity.list(), this.host.logger)
      const { output, successor } = settled
      if (successor === undefined) return this.#write({ op: 'c', output })
      if (this.#outbox.size > 0) return this.#keep() // the successor gets what the journal says
      this.#outbox.add(continuedRow(successor))
      return this.#write({ op: 'c', output, successor: successor.start })
    }
    const row = failingRow(settled.failure.error, this.attempt)
    const { retryMs } = settled.failure
    if (retryMs === null) return this.#write({ op: 'f', output: row.data })
    this.#settled = null
    this.#activity.dismiss()
    this.#waits.clear()
    this.#waits.forget(HANDLER_BACKOFF)
    this.#outbox.add(row)
    // over at once, it is begun anew like any other
    const wait = { key: HANDLER_BACKOFF, name: null, ms: retryMs }
    void this.#waits.add(wait).then(() => this.drain())
    this.#write({ op: 'w' })
  }

  // ── writing

  #keep(): void {
    this.#write({ op: 'k' })
  }

  #write(part: Part): void {
    // a run that is handed back or suspended keeps the waits that the kernel knows, also those that
    // were not asked for again; one that has ended has none
    const waiting =
      part.op === 'k' || part.op === 'w' || (part.op === 'p' && this.#suspension === null)
    const waits = waiting ? this.#waits.describe() : NO_WAITS
    const change = this.#outbox.take(part, this.journal.length, waits, this.#waits.nextDueIn())
    this.host.write(change).then(
      (verdict) => {
        this.journal.grow(change)
        this.#waits.keep(waits)
        this.#heed(verdict, part)
        this.#written()
      },
      (error: unknown) => {
        this.#refused(error, part.op)
        this.#written()
      },
    )
  }

  /** A write is through: what ended meanwhile has its place behind it. */
  #written(): void {
    this.#outbox.free()
    this.#deliveries.placeLate()
    this.touch()
  }

  /**
   * The kernel would not take it. The run must not hang on that: it fails, and if not even that is
   * taken, it is let go.
   */
  #refused(error: unknown, op: Change['op']): void {
    this.host.logger.error('the kernel refused a write of this run', error)
    this.#activity.dismiss()
    if (op === 'f') this.#finish({ kind: 'lost' }, error)
    else this.#settled = { ok: false, failure: { error, retryMs: null } }
  }

  #heed(verdict: Verdict, part?: Part): void {
    if (this.#over) return
    if (verdict.kind === 'stale')
      return this.#finish({ kind: 'lost' }, new Error('The lease is over.'))
    if (verdict.kind === 'paused') return this.#finish({ kind: 'parked' })
    if (verdict.kind === 'news') return this.#hear(verdict.rows)
    if (part === undefined || part.op === 'k') return this.#watchClock()
    this.#finish(endOf(part))
  }

  #hear(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      this.journal.add(row)
      if (this.#waits.hear(row) && row.kind !== '~') this.#deliveries.place(row.name, false)
    }
  }

  /** Steps run beside waits: the run stays here, so this process looks after the waits. */
  #watchClock(): void {
    if (this.#activity.size === 0 || this.#waits.size === 0) return
    this.#timer.watch(this.#waits.nextDueIn(), () => this.look())
  }

  #finish(end: RunEnd, reason?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#timer.stop()
    this.#activity.dismiss()
    this.#waits.clear()
    if (this.#activity.size > 0 || reason) {
      this.#aborted = reason ?? new Error('The run has ended.')
      this.#abort?.abort(this.#aborted)
    }
    this.#leave(end)
  }
}
