import type { RunEnd, RunHandle } from '../definition/definition.ts'
import type { LeasedRun, PreparedChild, RunHost } from '../definition/host.ts'
import { HistoryMismatchError, LimitError, StepFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import type { Change, JournalRow, Verdict, Wait } from '../model/journal.ts'
import { Journal } from './journal.ts'

/** How long replay may wait for a recorded step that the handler does not ask for. */
const REPLAY_GRACE_MS = 1000

/** The run shall pause because it cannot go on: the letter is the kernel's. */
type Suspension = { readonly letter: string; readonly reason: string; readonly error: Error }

type PendingWait = {
  readonly name: string | null
  /** performance.now() at which its time is over; null: only its message ends it, or see `kept`. */
  readonly dueAt: number | null
  readonly resolve: (row: JournalRow) => void
}

/** What the handler gave: a value, or what it threw. */
export type Settled =
  | { readonly ok: true; readonly output: string | null }
  | { readonly ok: false; readonly failure: Failing }

/** A handler that threw: fail the run, or try the handler again after this long. */
export type Failing = { readonly error: unknown; readonly retryMs: number | null }

/**
 * One run in this process. Steps tell it what they did and what they wait for; when the handler has
 * come to rest it decides what to write, and a step that follows another begins only after that write.
 *
 * The rule that everything rests on: a result may be handed to the handler at once, because a handler
 * is only code between steps, but nothing that others could see (another step, the end of the run)
 * happens before it is durable. So the last result travels with whatever follows it, in one write.
 */
export class Execution implements RunHandle {
  readonly lease: LeasedRun
  readonly host: RunHost
  readonly journal: Journal
  readonly done: Promise<RunEnd>
  readonly #maxSteps: number
  readonly #abort = new AbortController()
  readonly #calls = new Map<string, number>()
  readonly #waits = new Map<string, PendingWait>()
  /** Waits whose time the kernel keeps. */
  readonly #kept: Map<string, number | null>
  readonly #active = new Map<string, number>()
  #starters: (() => void)[] = []
  #turns: (() => void)[] = []
  #suspension: Suspension | null = null
  #rows: JournalRow[] = []
  #children: PreparedChild[] = []
  #settled: Settled | null = null
  #writing = false
  #scheduled = false
  #draining = false
  #over = false
  #waitsWritten = 0
  #waitsChanged = 0
  #graceUntil = 0
  #graceSize = 0
  #timer: NodeJS.Timeout | undefined
  #leave!: (end: RunEnd) => void

  constructor(lease: LeasedRun, host: RunHost, maxSteps: number) {
    this.lease = lease
    this.host = host
    this.#maxSteps = maxSteps
    this.journal = new Journal(lease.journal)
    this.#kept = new Map(lease.waits)
    this.done = new Promise((resolve) => {
      this.#leave = resolve
    })
  }

  /** Aborted when the run is cancelled, lost or timed out, or when this process stops. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get over(): boolean {
    return this.#over
  }

  /** The key of a step: its id, and from the second call with that id on a count. */
  key(stepId: string): string {
    const call = (this.#calls.get(stepId) ?? 0) + 1
    this.#calls.set(stepId, call)
    return call === 1 ? stepId : `${stepId}#${call}`
  }

  /** Resolves when a step may begin: replay is over, and all that came before is durable. */
  begin(key: string): Promise<void> {
    if (this.#mayBegin()) {
      this.#active.set(key, performance.now())
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#starters.push(() => {
        this.#active.set(key, performance.now())
        resolve()
      })
      this.touch()
    })
  }

  #mayBegin(): boolean {
    if (this.#over || this.#draining || this.#writing || this.#rows.length > 0) return false
    return this.journal.unseen.size === 0 && this.#starters.length === 0
  }

  /** The step does nothing any more that others could see. */
  end(key: string): void {
    this.#active.delete(key)
    this.touch()
  }

  /** Takes a row into the next write. */
  record(row: JournalRow): void {
    this.#rows.push(row)
    this.touch()
  }

  /** Takes a child into the next write, with the row that says so. */
  startChild(child: PreparedChild, row: JournalRow): void {
    this.#children.push(child)
    this.record(row)
  }

  /** Whether the run waits for this key, since an earlier time in memory. */
  isKept(key: string): boolean {
    return this.#kept.has(key)
  }

  /** A wait: resolves with the row that ended it, here or, after a replay, elsewhere. */
  wait(wait: Wait): Promise<JournalRow> {
    return new Promise((resolve) => {
      const left = this.#kept.has(wait.key) ? (this.#kept.get(wait.key) ?? null) : wait.ms
      const dueAt = left === null ? null : performance.now() + left
      this.#waits.set(wait.key, { name: wait.name, dueAt, resolve })
      this.#waitsChanged++
      this.touch()
    })
  }

  /** The wait is of no interest any more: another ended what they stood for. */
  unwait(key: string): void {
    if (!this.#waits.delete(key)) return
    this.#kept.delete(key)
    this.#waitsChanged++
  }

  /** The handler is through. */
  settle(settled: Settled): void {
    this.#settled = settled
    this.touch()
  }

  /**
   * Runs `work` in one transaction with its checkpoint. No other write of this run is under way
   * meanwhile, because both would give their rows the same numbers.
   */
  async transact<T>(
    run: (change: (rows: JournalRow[]) => Change) => Promise<{ result: T; verdict: Verdict }>,
  ): Promise<T> {
    if (this.#writing) await new Promise<void>((resolve) => this.#turns.push(resolve))
    this.#writing = true
    let written = 0
    try {
      const change = (rows: JournalRow[]): Change => {
        written = rows.length
        return { op: 'k', length: this.journal.length + rows.length, rows }
      }
      const { result, verdict } = await run(change)
      this.journal.length += written
      this.#heed(verdict)
      return result
    } finally {
      this.#written()
    }
  }

  /** A write is through: the next has its turn. */
  #written(): void {
    this.#writing = false
    const next = this.#turns.shift()
    if (next) {
      this.#writing = true
      next()
    } else this.touch()
  }

  abort(reason: Error): void {
    if (this.#over) return
    this.#finish({ kind: 'lost' }, reason)
  }

  drain(): void {
    this.#draining = true
    this.touch()
  }

  look(): void {
    this.#waitsChanged++
    this.touch()
  }

  running(): { step: string; since: number }[] {
    return [...this.#active].map(([step, since]) => ({ step, since }))
  }

  /** Looks at the whole once the handler has come to rest: all promises that could go on have gone on. */
  touch(): void {
    if (this.#scheduled || this.#over) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#over || this.#writing) return
    if (this.#suspension) return this.#suspend(this.#suspension)
    if (this.#replaying()) return
    if (this.#settled) return this.#conclude(this.#settled)
    if (this.journal.length + this.#rows.length > this.#maxSteps) return this.#exceed()
    const active = this.#active.size
    if (this.#starters.length > 0) {
      if (this.#draining) return active === 0 ? this.#write({ op: 'y' }) : undefined
      return this.#rows.length > 0 ? this.#write({ op: 'k' }) : this.#release()
    }
    if (active === 0 && this.#waits.size > 0) return this.#park()
    if (active === 0 && this.#draining) return this.#write({ op: 'y' })
    if (this.#rows.length > 0) return this.#write({ op: 'k' })
    if (this.#waits.size > 0 && this.#waitsChanged !== this.#waitsWritten)
      return this.#write({ op: 'k' })
  }

  #release(): void {
    const starters = this.#starters
    this.#starters = []
    for (const start of starters) start()
  }

  /** Whether the handler still has recorded steps to ask for. If it asks for others instead, the code has changed. */
  #replaying(): boolean {
    const { unseen } = this.journal
    if (unseen.size === 0) return false
    if (this.#active.size > 0) return false
    const now = performance.now()
    if (this.#graceSize !== unseen.size) {
      this.#graceSize = unseen.size
      this.#graceUntil = now + REPLAY_GRACE_MS
    }
    if (this.#settled || now >= this.#graceUntil) {
      this.mismatch(unseenError([...unseen]))
      return true
    }
    if (this.#starters.length > 0 || this.#waits.size > 0)
      this.#later(Math.min(this.#graceUntil - now, 10))
    return true
  }

  /** Pauses the run: its history and the code do not fit. It can be resumed with code that does. */
  mismatch(error: HistoryMismatchError): void {
    this.#suspension ??= { letter: 'h', reason: 'history_mismatch', error }
    this.touch()
  }

  #exceed(): void {
    const error = new LimitError(
      `The run has more than ${this.#maxSteps} journal rows. Raise maxSteps, or split the workflow into children.`,
      { code: 'MR022', details: { limit: this.#maxSteps } },
    )
    this.#suspend({ letter: 'l', reason: 'limit', error })
  }

  #suspend({ letter, reason, error }: Suspension): void {
    this.#starters = []
    const failure = toFailure(error, { stepId: null, attempt: 1 })
    this.#rows.push({ kind: 'p', name: '', data: JSON.stringify({ reason, by: null, failure }) })
    this.#write({ op: 'p', output: letter })
  }

  #park(): void {
    const asked = [...this.#waits.values()].some((wait) => wait.name === '$resume')
    if (asked) this.#rows.push({ kind: 'p', name: '', data: '{"reason":"step","by":null}' })
    this.#write(asked ? { op: 'p', output: 's' } : { op: 'w' })
  }

  #conclude(settled: Settled): void {
    if (settled.ok) return this.#write({ op: 'c', output: settled.output })
    const { error, retryMs } = settled.failure
    const attempt = this.journal.handlerFailures + this.lease.crashes + 1
    const failure = JSON.stringify(
      stepFailure(error) ?? toFailure(error, { stepId: null, attempt }),
    )
    if (retryMs === null) return this.#write({ op: 'f', output: failure })
    this.#settled = null
    this.#starters = []
    this.#waits.clear()
    this.#rows.push({ kind: 'h', name: '', data: failure })
    this.#waits.set('~$handler', {
      name: null,
      dueAt: performance.now() + retryMs,
      resolve: () => this.#yield(),
    })
    this.#kept.delete('~$handler')
    this.#write({ op: 'w' })
  }

  /** The backoff of the handler was over at once: begin anew, here or elsewhere. */
  #yield(): void {
    this.#waits.clear()
    this.#write({ op: 'y' })
  }

  #write(part: Pick<Change, 'op' | 'output'>): void {
    const ends = part.op === 'c' || part.op === 'f'
    const rows = this.#rows
    const children = this.#children
    this.#rows = []
    this.#children = []
    const length = this.journal.length + (ends ? 0 : rows.length)
    const waits = ends || part.op === 'y' ? [] : this.#describeWaits()
    const change: Change = {
      ...part,
      length,
      rows: ends ? [] : rows,
      ...(ends && rows.length > 0 ? { tail: rows } : {}),
      ...(waits.length > 0 ? { waits } : {}),
      ...(children.length > 0 ? { children: children.map((child) => child.start) } : {}),
    }
    this.#writing = true
    this.#waitsWritten = this.#waitsChanged
    this.host.write(change).then(
      (verdict) => {
        this.journal.length = length
        for (const wait of waits) this.#kept.set(wait.key, null)
        this.#heed(verdict, part)
        this.#written()
      },
      (error: unknown) => {
        this.#refused(error, part.op)
        this.#written()
      },
    )
  }

  /** The kernel would not take it. The run must not hang on that: it fails, and if not even that is taken, it is let go. */
  #refused(error: unknown, op: Change['op']): void {
    if (this.#over) return
    this.#starters = []
    if (op === 'f') return this.#finish({ kind: 'lost' }, asError(error))
    this.#settled = { ok: false, failure: { error, retryMs: null } }
  }

  #describeWaits(): Wait[] {
    const now = performance.now()
    return [...this.#waits].map(([key, wait]) => {
      if (this.#kept.has(key) || wait.dueAt === null) return { key, name: wait.name, ms: null }
      return { key, name: wait.name, ms: Math.max(wait.dueAt - now, 0) }
    })
  }

  #heed(verdict: Verdict, part?: Pick<Change, 'op' | 'output'>): void {
    if (this.#over) return
    if (verdict.kind === 'stale')
      return this.#finish({ kind: 'lost' }, new Error('The lease is over.'))
    if (verdict.kind === 'paused') return this.#finish({ kind: 'parked' })
    if (verdict.kind === 'news') return this.#hear(verdict.rows)
    if (part === undefined || part.op === 'k') return this.#watchClock()
    if (part.op === 'c') return this.#finish({ kind: 'completed', output: part.output ?? null })
    if (part.op === 'f') return this.#finish({ kind: 'failed', output: part.output ?? null })
    this.#finish({ kind: 'parked' })
  }

  #hear(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      this.journal.add(row)
      this.#kept.delete(row.name)
      const wait = this.#waits.get(row.name)
      this.#waits.delete(row.name)
      wait?.resolve(row)
    }
    this.#waitsChanged++
  }

  /** Steps run beside waits: the run stays here, so this process looks after the waits' times. */
  #watchClock(): void {
    const dues = [...this.#waits.values()].flatMap((wait) => wait.dueAt ?? [])
    if (this.#active.size === 0 || this.#waits.size === 0) return
    const left = Math.max(Math.min(...dues, performance.now() + 1000) - performance.now(), 5)
    this.#later(left, () => this.look())
  }

  #later(ms: number, then: () => void = () => this.touch()): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, ms)
  }

  #finish(end: RunEnd, reason?: Error): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#starters = []
    this.#waits.clear()
    if (this.#active.size > 0 || reason)
      this.#abort.abort(reason ?? new Error('The run has ended.'))
    this.#leave(end)
  }
}

function unseenError(unseen: string[]): HistoryMismatchError {
  const expected = unseen[0] as string
  return new HistoryMismatchError(
    `The history holds step "${expected}", which the code does not call where it was recorded. Restore the step, register the changed code under a new version, or resume with code that fits.`,
    { details: { expected, unseen: unseen.slice(0, 20) } },
  )
}

/** A step that used up its attempts fails its run with what the step threw. */
function stepFailure(error: unknown): RunFailure | null {
  return error instanceof StepFailedError
    ? ((error.details.failure as RunFailure | undefined) ?? null)
    : null
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
