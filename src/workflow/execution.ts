import type { RunEnd, RunHandle } from '../definition/definition.ts'
import type { LeasedRun, PreparedChild, RunHost } from '../definition/host.ts'
import { type HistoryMismatchError, RunCancelledError } from '../model/errors.ts'
import type { Ask, JournalRow } from '../model/journal.ts'
import { Deliveries } from './deliveries.ts'
import type { Settled } from './endings.ts'
import { forever } from './forever.ts'
import { HistoryLimits } from './history-limits.ts'
import { type Entry, Journal } from './journal.ts'
import { LazySignal } from './lazy-signal.ts'
import { OpenChildren } from './open-children.ts'
import type { Consequence } from './outbox.ts'
import { overTimers } from './over-timers.ts'
import { Pump } from './pump.ts'
import { type Resting, whenAtRest } from './rest.ts'
import { StepKeys } from './step-keys.ts'
import { type Transacting, transact } from './transact.ts'
import { Undoing } from './undoing.ts'
import type { OneWait } from './waits.ts'

/** Kinds of the rows of a step after which the handler hears of it. */
const ENDS = 'rfslk'

/**
 * One run in this process. Steps tell it what they did and what they wait for; when the handler has
 * come to rest its pump decides what to write, and a step that follows another begins only after that
 * write.
 *
 * The rule that everything rests on: a result may be handed to the handler at once, because a
 * handler is only code between steps, but nothing that others could see (another step, the end of
 * the run) happens before it is durable. So the last result travels with whatever follows it, in
 * one write. A step that only computes is such code too: its result waits in the outbox like the one before it.
 */
export class Execution implements RunHandle, Resting {
  readonly lease: LeasedRun
  readonly host: RunHost
  readonly journal: Journal
  readonly done: Promise<RunEnd>
  readonly #limits: HistoryLimits
  /** Aborted when the run is cancelled, lost or timed out, or when this process stops. */
  readonly aborting = new LazySignal()
  readonly #keys = new StepKeys()
  readonly #deliveries: Deliveries
  readonly #pump: Pump
  readonly children: OpenChildren
  #undoing: Undoing | null = null
  #touched = false
  #restAwaited = false
  #over = false
  #leave!: (end: RunEnd) => void

  constructor(lease: LeasedRun, host: RunHost, maxSteps: number) {
    this.lease = lease
    this.host = host
    const over = overTimers(lease)
    this.journal = new Journal(lease.journal, over)
    this.#limits = new HistoryLimits(maxSteps, this.journal.warned)
    this.#deliveries = new Deliveries(this.journal.ended, () => this.#awaitRest())
    this.#pump = new Pump(this, over, this.#limits, this.#deliveries)
    this.children = new OpenChildren(this.journal, this.#pump.waits)
    if (this.journal.undoing) this.#undoing = this.undoing
    this.done = new Promise((resolve) => {
      this.#leave = resolve
    })
  }

  get signal(): AbortSignal {
    return this.aborting.signal
  }

  /** The undos of its steps. */
  get undoing(): Undoing {
    this.#undoing ??= new Undoing(this, this.#pump)
    return this.#undoing
  }

  /** The steps are being undone: what the handler calls does not begin any more. */
  get ending(): boolean {
    return this.#undoing?.begun === true
  }

  /** A step with an undo has begun: what fails now has something to undo. */
  get armed(): boolean {
    return this.#undoing?.armed === true
  }

  /** The first thing that the handler asked for after the undos had begun, to tell of it. */
  get blocked(): string | undefined {
    return this.#undoing?.blocked
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
    return this.journal.hasUnseenSteps || this.#pump.waits.unasked
  }

  /** Its history is near its limit. */
  get isLong(): boolean {
    return this.#limits.isLong(this.journal, this.#pump.outbox)
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

  /**
   * Resolves, or is undefined, when a step may begin: replay is over, and all that came before is durable.
   * @param isPure the step only computes: what came before it may still be on its way, and goes with its result
   */
  begin(key: string, isPure = false): Promise<void> | undefined {
    if (this.#mayBegin(isPure)) {
      this.#pump.activity.begin(key, this.journalLength + this.#pump.outbox.size)
      return undefined
    }
    if (this.ending) return this.undoing.block(key)
    this.touch()
    return this.#pump.activity.wait(key)
  }

  /** With what is as good as recorded. */
  get journalLength(): number {
    return this.journal.length + this.#pump.outbox.late
  }

  #mayBegin(isPure: boolean): boolean {
    const { outbox, activity, suspension } = this.#pump
    if (this.#over || this.#pump.draining || this.children.closing) return false
    if (suspension.wanted || this.#pump.cancelled || this.ending) return false
    if (outbox.busy) return false
    if (isPure ? !outbox.hasRoom : outbox.size > 0 || activity.waiting > 0) return false
    return this.journal.unseen.size === 0 && !suspension.isLong(this.journal.length + outbox.size)
  }

  /** The step does nothing any more that others could see. */
  end(key: string): void {
    if (this.#pump.activity.end(key)) this.touch()
  }

  /**
   * Takes a row into the next write, and what happens with it. One that would make the history too large is not taken:
   * its step is done again, if ever. Once the undos have begun all is taken that was at work then, and nothing else.
   */
  record(row: JournalRow, what?: Consequence): void {
    const taken = this.ending
      ? what?.child === undefined && this.#pump.activity.has(row.name)
      : !this.#pump.suspension.outgrows(this.journal, this.#pump.outbox, row)
    if (!taken) return this.touch()
    this.#undoing?.hear(row)
    this.#pump.outbox.add(this.#pump.activity.dated(row), what)
    if (ENDS.includes(row.kind)) this.#deliveries.place(row.name, this.#pump.outbox.busy)
    this.#limits.watch(this.journal, this.#pump.outbox, this.host)
    this.touch()
  }

  /**
   * Does something that is no step, and during which this process keeps the run; it begins when a step might. Not among
   * undos: they begin with calling off what the run has elsewhere.
   */
  aside(key: string, work: () => Promise<unknown>): void {
    if (this.ending) return
    const failed = (error: unknown) => {
      if (!this.#over) this.host.logger.error(`"${key}" was not done`, error)
    }
    void Promise.resolve(this.begin(key))
      .then(work)
      .catch(failed)
      .finally(() => this.end(key))
  }

  /** Takes a child into the next write, with the row that says so. `ends`: nothing waits for the child. */
  startChild(child: PreparedChild, row: JournalRow, ends: boolean): void {
    this.record(row, { child })
    if (ends) this.#deliveries.place(row.name, this.#pump.outbox.busy)
  }

  /** Whether the run waits for this key, since an earlier time in memory. */
  isKept(key: string): boolean {
    return this.#pump.waits.isKept(key)
  }

  /** A wait: resolves with the row that ended it, here or, after a replay, elsewhere. */
  wait(wait: OneWait): Promise<JournalRow> {
    if (this.ending) return this.undoing.block(wait.key)
    this.touch()
    return this.#pump.waits.add(wait)
  }

  /** A wait for people, who are asked in the write that says so; those that were asked before are not again. */
  ask(wait: OneWait, question: Ask): Promise<JournalRow> {
    if (!this.isKept(wait.key) && !this.ending) this.#pump.outbox.ask(question)
    return this.wait(wait)
  }

  /** The wait is of no interest any more: another ended what they stood for. */
  unwait(key: string): void {
    this.#pump.waits.drop(key)
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
    return transact(this, this.#pump, run)
  }

  // ── what the handler's end and the worker say

  /** The handler is through, or has the run go on as another. */
  settle(settled: Settled): void {
    this.#pump.settle(settled)
    this.touch()
  }

  /** Pauses the run: its history and the code do not fit. It can be resumed with code that does. */
  mismatch(error: HistoryMismatchError): void {
    this.#pump.suspension.want('history_mismatch', error)
    this.touch()
  }

  abort(reason: Error): void {
    this.finish({ kind: 'lost' }, reason)
  }

  cancel(reason: Error): void {
    if (this.#over || this.ending) return
    this.#pump.cancelled = true
    // a replay shall go the way that the run went
    if (this.journal.unseen.size === 0) this.aborting.abort(reason)
    this.touch()
  }

  drain(): void {
    this.#pump.draining = true
    this.touch()
  }

  look(): void {
    this.#pump.waits.look()
    this.touch()
  }

  running(): { step: string; since: number }[] {
    return this.#pump.activity.list()
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
    if (!this.#pump.outbox.busy) this.#pump.pump()
  }

  /** Stops the attempts of its steps: they are being undone. */
  abortSteps(): void {
    this.aborting.abort(new RunCancelledError('The run ends, and its steps are undone.'))
  }

  /** Parts with the run. @param reason what is still at work is aborted with */
  finish(end: RunEnd, reason?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#pump.end()
    if (this.#pump.activity.size > 0 || reason) {
      const why = reason ?? new Error('The run has ended.')
      this.aborting.abort(why)
      this.#undoing?.aborting.abort(why)
    }
    this.#leave(end)
  }
}
