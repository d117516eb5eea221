import type { Change, JournalRow, Verdict } from '../model/journal.ts'
import { Activity } from './activity.ts'
import type { Deliveries } from './deliveries.ts'
import {
  continuedRow,
  endOf,
  failedBegin,
  failingRow,
  type Settled,
  warnOfLosers,
} from './endings.ts'
import type { Execution } from './execution.ts'
import type { HistoryLimits } from './history-limits.ts'
import { LookTimer } from './look-timer.ts'
import { Outbox, type Part } from './outbox.ts'
import { Replay } from './replay.ts'
import { Suspension } from './suspension.ts'
import { Waits } from './waits.ts'

/** The wait before the handler itself is tried again. */
const HANDLER_BACKOFF = '~$handler'

/**
 * Decides what a run writes once its handler has come to rest, writes it, and heeds what the kernel says. It has
 * what the run is about to say: rows, waits, steps at work. Of these only its run, its undos and its transactions
 * know.
 */
export class Pump {
  readonly activity = new Activity()
  readonly outbox: Outbox
  readonly waits: Waits
  readonly deliveries: Deliveries
  readonly suspension: Suspension
  /** It was cancelled, and shall hear of the undos by its next write. */
  cancelled = false
  /** The worker stops: nothing begins here any more. */
  draining = false
  readonly #x: Execution
  readonly #timer = new LookTimer()
  #settled: Settled | null = null
  #replay: Replay | null = null

  /**
   * @param x whose lease and journal are there, and nothing else yet
   * @param over waits for time that nothing can change any more: the next write records them
   */
  constructor(
    x: Execution,
    over: readonly JournalRow[],
    limits: HistoryLimits,
    deliveries: Deliveries,
  ) {
    this.#x = x
    this.deliveries = deliveries
    this.suspension = new Suspension(limits)
    this.outbox = new Outbox(over)
    this.waits = new Waits(x.lease.waits)
    // they are over, and no step asks for them: they do not say that the run was further
    for (const { name } of over) this.waits.forget(name)
    this.waits.forget(HANDLER_BACKOFF)
  }

  /** The handler is through, or has the run go on as another: the first counts. */
  settle(settled: Settled): void {
    this.#settled ??= settled
  }

  /** Decides what follows, the first that applies. */
  pump(): void {
    const settled = this.#settled
    const { journal } = this.#x
    const due = this.outbox.size > 0
    if (this.outbox.large) return this.#keep()
    if (this.#x.ending) return this.#x.undoing.pump()
    if (this.cancelled) return this.#keep()
    if (settled && (!settled.ok || journal.unseen.size === 0) && !this.#awaitsChildren(settled))
      return this.#conclude(settled)
    if (this.outbox.turns > 0) return due ? this.#keep() : this.outbox.grant()
    this.suspension.look(journal.length + this.outbox.size)
    if (this.suspension.wanted) return this.#stop(() => this.suspend())
    if (this.draining) return this.#stop(() => this.leave())
    if (journal.unseen.size > 0) return this.replay()
    if (this.activity.waiting > 0) return due ? this.#keep() : this.#release()
    if (this.activity.size === 0 && this.waits.size > 0) return this.#park()
    if (due || (this.waits.size > 0 && this.waits.changed)) this.#keep()
  }

  /** Nothing new begins; when what runs is through and durable, so is the run, here. */
  #stop(then: () => void): void {
    if (this.activity.size === 0) then()
    else if (this.outbox.size > 0) this.#keep()
  }

  /**
   * The handler still has recorded steps to ask for. If it asks for others instead, the code has
   * changed.
   */
  replay(): void {
    this.#replay ??= new Replay(this.#x.journal)
    const asked = this.#x.blocked ?? this.activity.firstWaiting ?? this.waits.first
    const found = this.#replay.look(asked ?? this.deliveries.firstBlocked, this.#settled !== null)
    if (typeof found === 'number') this.#timer.later(found, () => this.#x.touch())
    else if (found !== null) this.#x.mismatch(found)
  }

  /** Begins what waited. It may work for long, and nothing but this process looks after the waits beside it. */
  #release(): void {
    this.activity.release(this.#x.journalLength)
    if (this.waits.size > 0 && this.waits.changed) this.#keep()
    else this.#watchClock()
  }

  /** Pauses the run: it cannot go on. */
  suspend(): void {
    const { row, letter } = this.suspension.describe()
    this.outbox.add(row)
    this.write({ op: 'p', output: letter })
  }

  /** Another process, or this one later, goes on with it: at once, or when its wait is over. */
  leave(): void {
    const atRest = this.activity.waiting === 0 && this.#x.journal.unseen.size === 0
    if (atRest && this.waits.size > 0) this.#park()
    else this.write({ op: 'y' })
  }

  #park(): void {
    if (!this.waits.asksForPause) return this.write({ op: 'w' })
    this.outbox.add({ kind: 'p', name: '', data: '{"reason":"step","by":null}' })
    this.write({ op: 'p', output: 's' })
  }

  /** The handler is through, for good, and some of its children are not. */
  #awaitsChildren(settled: Settled): boolean {
    const { children, journal } = this.#x
    if (children.size === 0 || journal.unseen.size > 0) return false
    if (!settled.ok && settled.failure.retryMs !== null) return false
    this.activity.dismiss()
    children.close(() => this.#x.touch())
    return true
  }

  #conclude(settled: Settled): void {
    if (settled.ok) {
      if (this.activity.size > 0) warnOfLosers(this.activity.list(), this.#x.host.logger)
      const { output, successor } = settled
      if (successor === undefined) return this.write({ op: 'c', output })
      if (this.outbox.size > 0) return this.#keep() // the successor gets what the journal says
      this.outbox.add(continuedRow(successor))
      return this.write({ op: 'c', output, successor: successor.start })
    }
    const row = failingRow(settled.failure.error, this.#x.attempt)
    const { retryMs } = settled.failure
    if (retryMs === null && this.#x.armed) return this.#beginUndos(failedBegin(row))
    if (retryMs === null) return this.write({ op: 'f', output: row.data })
    this.#settled = null
    this.activity.dismiss()
    this.waits.clear()
    this.waits.forget(HANDLER_BACKOFF)
    this.outbox.add(row)
    // over at once, it is begun anew like any other
    const wait = { key: HANDLER_BACKOFF, name: null, ms: retryMs }
    void this.waits.add(wait).then(() => this.#x.drain())
    this.write({ op: 'w' })
  }

  /** From now on nothing begins but undos. @param data of the row that says so */
  #beginUndos(data: string): void {
    this.#x.undoing.begin(data)
    if (this.#x.journal.unseen.size === 0) this.#x.abortSteps()
    // a handler that threw before it had asked for all that is recorded did not say how those steps are undone
    else if (this.#settled) this.draining = true
  }

  // ── writing

  #keep(): void {
    this.write({ op: 'k' })
  }

  write(part: Part): void {
    // its answer, whatever is in it, tells how the undos begin
    this.cancelled = false
    const { journal, host } = this.#x
    const waits = this.waits.describe(part.op, this.suspension.wanted)
    const change = this.outbox.take(part, journal.length, waits, this.waits.nextDueIn())
    host.write(change).then(
      (verdict) => {
        if (verdict.kind === 'undo') this.#x.undoing.refused(verdict.length)
        else {
          journal.grow(change)
          this.waits.keep(waits)
        }
        this.heed(verdict, part)
        this.written()
      },
      (error: unknown) => {
        this.#refused(error, part.op)
        this.written()
      },
    )
  }

  /** A write is through: what ended meanwhile has its place behind it. */
  written(): void {
    this.outbox.free()
    this.deliveries.placeLate()
    this.#x.touch()
  }

  /**
   * The kernel would not take it. The run must not hang on that: it fails, and if not even that is
   * taken, it is let go.
   */
  #refused(error: unknown, op: Change['op']): void {
    this.#x.host.logger.error('the kernel refused a write of this run', error)
    this.activity.dismiss()
    if (op === 'f' || this.#x.ending) this.#x.finish({ kind: 'lost' }, error)
    else this.#settled = { ok: false, failure: { error, retryMs: null } }
  }

  /** What the kernel says to a write. @param part what it was for; none: a row of a transaction */
  heed(verdict: Verdict, part?: Part): void {
    if (this.#x.over) return
    if (verdict.kind === 'stale')
      return this.#x.finish({ kind: 'lost' }, new Error('The lease is over.'))
    if (verdict.kind === 'undo') return this.#beginUndos(verdict.data)
    if (verdict.kind === 'paused') return this.#x.finish({ kind: 'parked' })
    if (verdict.kind === 'news')
      return this.waits.hearAll(verdict.rows, this.#x.journal, this.deliveries)
    if (part === undefined || part.op === 'k') return this.#watchClock()
    this.#x.finish(endOf(part))
  }

  /** Steps run beside waits: the run stays here, so this process looks after the waits. */
  #watchClock(): void {
    if (this.activity.size === 0 || this.waits.size === 0) return
    this.#timer.watch(this.waits.nextDueIn(), () => this.#x.look())
  }

  /** This process has nothing more to do with the run. */
  end(): void {
    this.#timer.stop()
    this.activity.dismiss()
    this.waits.clear()
  }
}
