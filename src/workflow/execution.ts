import type { RunEnd, RunHandle } from '../definition/definition.ts'
import type { LeasedRun, PreparedChild, RunHost } from '../definition/host.ts'
import { type HistoryMismatchError, RunCancelledError } from '../model/errors.ts'
import type { Ask, Change, JournalRow, Verdict } from '../model/journal.ts'
import { Activity } from './activity.ts'
import { Deliveries } from './deliveries.ts'
import {
  continuedRow,
  endOf,
  failedBegin,
  failingRow,
  type Settled,
  warnOfLosers,
} from './endings.ts'
import { forever } from './forever.ts'
import { HistoryLimits } from './history-limits.ts'
import type { InnerRun } from './inner-run.ts'
import { type Entry, Journal } from './journal.ts'
import { LazySignal } from './lazy-signal.ts'
import { LookTimer } from './look-timer.ts'
import { OpenChildren } from './open-children.ts'
import { type Consequence, Outbox, type Part } from './outbox.ts'
import { overTimers } from './over-timers.ts'
import { Replay } from './replay.ts'
import { type Resting, whenAtRest } from './rest.ts'
import { StepKeys } from './step-keys.ts'
import { Suspension } from './suspension.ts'
import { type Transacting, transact } from './transact.ts'
import { Undoing } from './undoing.ts'
import { type OneWait, Waits } from './waits.ts'

/** The wait before the handler itself is tried again. */
const HANDLER_BACKOFF = '~$handler'
/** Kinds of the rows of a step after which the handler hears of it. */
const ENDS = 'rfslk'

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
  readonly #aborting = new LazySignal()
  readonly #keys = new StepKeys()
  readonly #waits: Waits
  readonly #deliveries: Deliveries
  #replay: Replay | null = null
  readonly #activity = new Activity()
  readonly #outbox: Outbox
  #settled: Settled | null = null
  readonly children: OpenChildren
  readonly #suspension: Suspension
  #undoing: Undoing | null = null
  /** It was cancelled, and shall hear of the undos by its next write. */
  #cancelled = false
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
    this.#suspension = new Suspension(this.#limits)
    this.#outbox = new Outbox(over)
    this.#waits = new Waits(lease.waits)
    // they are over, and no step asks for them: they do not say that the run was further
    for (const { name } of over) this.#waits.forget(name)
    this.#waits.forget(HANDLER_BACKOFF)
    this.children = new OpenChildren(this.journal, this.#waits)
    this.#deliveries = new Deliveries(this.journal.ended, () => this.#awaitRest())
    if (this.journal.undoing) this.#undoing = this.undoing
    this.done = new Promise((resolve) => {
      this.#leave = resolve
    })
  }

  /** Aborted when the run is cancelled, lost or timed out, or when this process stops. */
  get signal(): AbortSignal {
    return this.#aborting.signal
  }

  /** The undos of its steps. */
  get undoing(): Undoing {
    this.#undoing ??= new Undoing(this, this.#inner())
    return this.#undoing
  }

  /** The steps are being undone: what the handler calls does not begin any more. */
  get ending(): boolean {
    return this.#undoing?.begun === true
  }

  /** This process has nothing more to do with the run: whatever still goes on here must not be felt. */
  get over(): boolean {
    return this.#over
  }

  /** The handler has not come to where the run was when this process got it. */
  get replaying(): boolean {
    return this.journal.unseen.size > 0
  }

  /** The run was further than the handler is now: it has steps behind it, or waits, for which that has not asked. */
  get behind(): boolean {
    return this.journal.hasUnseenSteps || this.#waits.unasked
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

  /** The key of a step. */
  key(stepId: string): string {
    return this.#keys.next(stepId)
  }

  /** What is recorded of a step. It must end in `deliver`. @throws HistoryMismatchError */
  take(key: string, what: string, kinds: string): Readonly<Entry> {
    this.#deliveries.open()
    return this.journal.take(key, what, kinds)
  }

  /** Resolves, or is undefined, when a step may begin: replay is over, and all that came before is durable. */
  begin(key: string): Promise<void> | undefined {
    if (this.#mayBegin()) {
      this.#activity.begin(key, this.#length)
      return undefined
    }
    if (this.ending) return this.undoing.block(key)
    this.touch()
    return this.#activity.wait(key)
  }

  /** Of the journal, with what is as good as recorded. */
  get #length(): number {
    return this.journal.length + this.#outbox.late
  }

  #mayBegin(): boolean {
    if (this.#over || this.#draining || this.children.closing) return false
    if (this.#suspension.wanted || this.#cancelled || this.ending) return false
    if (this.#outbox.busy || this.#outbox.size > 0 || this.#activity.waiting > 0) return false
    return this.journal.unseen.size === 0 && !this.#suspension.isLong(this.journal.length)
  }

  /** The step does nothing any more that others could see. */
  end(key: string): void {
    if (this.#activity.end(key)) this.touch()
  }

  /**
   * Takes a row into the next write, and what happens with it. One that would make the history too large is not taken:
   * its step is done again, if ever. Once the undos have begun all is taken that was at work then, and nothing else.
   */
  record(row: JournalRow, what?: Consequence): void {
    const taken = this.ending
      ? what?.child === undefined && this.#activity.has(row.name)
      : !this.#suspension.outgrows(this.journal, this.#outbox, row)
    if (!taken) return this.touch()
    this.#undoing?.hear(row)
    this.#outbox.add(this.#activity.dated(row), what)
    if (ENDS.includes(row.kind)) this.#deliveries.place(row.name, this.#outbox.busy)
    this.#limits.watch(this.journal, this.#outbox, this.host)
    this.touch()
  }

  /** Takes a child into the next write, with the row that says so. `ends`: nothing waits for the child. */
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
    if (this.ending) return this.undoing.block(wait.key)
    this.touch()
    return this.#waits.add(wait)
  }

  /** A wait for people, who are asked in the write that says so; those that were asked before are not again. */
  ask(wait: OneWait, question: Ask): Promise<JournalRow> {
    if (!this.isKept(wait.key) && !this.ending) this.#outbox.ask(question)
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

  /** These have ended, or were begun, but will not be asked for. */
  skip(keys: ReadonlySet<string>): void {
    for (const key of keys) this.journal.see(key)
    this.#deliveries.skip(keys)
  }

  /** Nothing that these steps still give or wait for shall be felt. */
  giveUp(keys: ReadonlySet<string>): void {
    for (const key of keys) {
      this.unwait(key)
      this.unwait(`~${key}`)
    }
    this.#deliveries.giveUp(keys)
  }

  /** Runs a transaction that commits the end of a step. */
  transact<T>(run: Transacting<T>): Promise<T> {
    if (this.#over) return forever()
    this.touch()
    return transact(this, this.#inner(), run)
  }

  // ── what the handler's end and the worker say

  /** The handler is through, or has the run go on as another. */
  settle(settled: Settled): void {
    this.#settled ??= settled
    this.touch()
  }

  /** Pauses the run: its history and the code do not fit. It can be resumed with code that does. */
  mismatch(error: HistoryMismatchError): void {
    this.#suspension.want('history_mismatch', error)
    this.touch()
  }

  abort(reason: Error): void {
    this.#finish({ kind: 'lost' }, reason)
  }

  cancel(reason: Error): void {
    if (this.#over || this.ending) return
    this.#cancelled = true
    // a replay shall go the way that the run went
    if (this.journal.unseen.size === 0) this.#aborting.abort(reason)
    this.touch()
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

  /** Looks at the whole once the handler has come to rest: all promises that could go on have gone on. */
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
    if (this.ending) return this.undoing.pump()
    if (this.#cancelled) return this.#keep()
    if (
      settled &&
      (!settled.ok || this.journal.unseen.size === 0) &&
      !this.#awaitsChildren(settled)
    )
      return this.#conclude(settled)
    if (this.#outbox.turns > 0) return due ? this.#keep() : this.#outbox.grant()
    this.#suspension.look(this.journal.length + this.#outbox.size)
    if (this.#suspension.wanted) return this.#stop(() => this.#suspend())
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
    const asked = this.#undoing?.blocked ?? this.#activity.firstWaiting ?? this.#waits.first
    const found = this.#replay.look(asked ?? this.#deliveries.firstBlocked, this.#settled !== null)
    if (typeof found === 'number') this.#timer.later(found, () => this.touch())
    else if (found !== null) this.mismatch(found)
  }

  #suspend(): void {
    const { row, letter } = this.#suspension.describe()
    this.#outbox.add(row)
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
    if (this.children.size === 0 || this.journal.unseen.size > 0) return false
    if (!settled.ok && settled.failure.retryMs !== null) return false
    this.#activity.dismiss()
    this.children.close(() => this.touch())
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
    if (retryMs === null && this.#undoing?.armed) return this.#beginUndos(failedBegin(row))
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

  /** From now on nothing begins but undos. @param data of the row that says so */
  #beginUndos(data: string): void {
    this.undoing.begin(data)
    const why = new RunCancelledError('The run ends, and its steps are undone.')
    if (this.journal.unseen.size === 0) this.#aborting.abort(why)
    // a handler that threw before it had asked for all that is recorded did not say how those steps are undone
    else if (this.#settled) this.#draining = true
  }

  // ── writing

  #keep(): void {
    this.#write({ op: 'k' })
  }

  #write(part: Part): void {
    // its answer, whatever is in it, tells how the undos begin
    this.#cancelled = false
    const waits = this.#waits.describe(part.op, this.#suspension.wanted)
    const change = this.#outbox.take(part, this.journal.length, waits, this.#waits.nextDueIn())
    this.host.write(change).then(
      (verdict) => {
        if (verdict.kind === 'undo') this.undoing.refused(verdict.length)
        else {
          this.journal.grow(change)
          this.#waits.keep(waits)
        }
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
    if (op === 'f' || this.ending) this.#finish({ kind: 'lost' }, error)
    else this.#settled = { ok: false, failure: { error, retryMs: null } }
  }

  #heed(verdict: Verdict, part?: Part): void {
    if (this.#over) return
    if (verdict.kind === 'stale')
      return this.#finish({ kind: 'lost' }, new Error('The lease is over.'))
    if (verdict.kind === 'undo') return this.#beginUndos(verdict.data)
    if (verdict.kind === 'paused') return this.#finish({ kind: 'parked' })
    if (verdict.kind === 'news')
      return this.#waits.hearAll(verdict.rows, this.journal, this.#deliveries)
    if (part === undefined || part.op === 'k') return this.#watchClock()
    this.#finish(endOf(part))
  }

  /** Steps run beside waits: the run stays here, so this process looks after the waits. */
  #watchClock(): void {
    if (this.#activity.size === 0 || this.#waits.size === 0) return
    this.#timer.watch(this.#waits.nextDueIn(), () => this.look())
  }

  #inner(): InnerRun {
    return {
      ...{ outbox: this.#outbox, activity: this.#activity, waits: this.#waits },
      ...{ deliveries: this.#deliveries, suspension: this.#suspension },
      write: (part) => this.#write(part),
      written: () => this.#written(),
      heed: (verdict) => this.#heed(verdict),
      suspend: () => this.#suspend(),
      draining: () => this.#draining,
      leave: () => this.#handBack(),
      replay: () => this.#awaitReplay(),
    }
  }

  #finish(end: RunEnd, reason?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#timer.stop()
    this.#activity.dismiss()
    this.#waits.clear()
    if (this.#activity.size > 0 || reason) {
      const why = reason ?? new Error('The run has ended.')
      this.#aborting.abort(why)
      this.#undoing?.abort(why)
    }
    this.#leave(end)
  }
}
