import type { ResolvedRetry } from '../model/backoff.ts'
import { UndoFailedError } from '../model/errors.ts'
import { type RunFailure, toFailure } from '../model/failure.ts'
import type { JournalRow, UndoBegin } from '../model/journal.ts'
import { decodePayload } from '../model/json.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'
import { closeKey } from './journal.ts'
import { LazySignal } from './lazy-signal.ts'
import type { Hooks } from './plugin.ts'
import type { Pump } from './pump.ts'
import { retryDelay } from './retry-delay.ts'
import { childOf, readUndos, type UndoRecord } from './undo-record.ts'
import type { OneWait } from './waits.ts'

/** How a completed step is undone, all its options resolved. */
export type Undo = {
  /** As the code wrote it. */
  readonly id: string
  /** What the journal knows the step by. */
  readonly key: string
  readonly retry: ResolvedRetry
  readonly hooks: Hooks | null
  /** One attempt, with the output of the step as it is stored. The first is number 1. */
  readonly perform: (output: unknown, tries: number) => unknown
}

/** The name of an undo, beside the step's own: of its backoff, its attempts, its idempotency key. */
export function undoName(step: string): string {
  return `$undo:${step}`
}

/**
 * The undos of a run's steps. They are functions of the handler: when the run has failed or was cancelled, the
 * handler is replayed as far as the journal goes, each step says how it is undone, and nothing new begins. Then
 * what was completed is undone, the last first, one by one, each durable before the next begins.
 */
export class Undoing {
  readonly #x: Execution
  readonly #pump: Pump
  readonly #record: UndoRecord
  /** Aborted when this process loses the run; not by the cancel that the undos are for. */
  readonly aborting = new LazySignal()
  readonly #known = new Map<string, Undo>()
  /** Results that were recorded in this process, in the order of the journal. */
  readonly #results: JournalRow[] = []
  /** Children that end with the run, by the step that started each. */
  readonly #children: Map<string, string>
  #armed: boolean
  #begin: UndoBegin | null
  #turn: (() => void) | null = null
  #started = false
  #through = false
  #blocked: string | undefined

  constructor(x: Execution, pump: Pump) {
    this.#x = x
    this.#pump = pump
    this.#record = readUndos(x.lease.journal)
    this.#children = new Map(this.#record.children)
    this.#armed = this.#record.armed
    this.#begin = this.#record.begin
  }

  /** A step with an undo has begun, or will with the next write: what fails now has something to undo. */
  get armed(): boolean {
    return this.#armed
  }

  /** The undos have begun: nothing else does any more. */
  get begun(): boolean {
    return this.#begin !== null
  }

  /** The first thing that the handler asked for and that does not begin any more, to tell of it. */
  get blocked(): string | undefined {
    return this.#blocked
  }

  /**
   * A step says how it is undone.
   * @param ended its end is recorded; else the journal must say, before it begins, that there is something to undo
   */
  register(undo: Undo, ended: boolean): void {
    this.#known.set(undo.key, undo)
    if (ended || this.#armed || this.begun) return
    this.#armed = true
    this.#x.record({ kind: 'a', name: '', data: null })
  }

  /** A step has a result, or started a child. */
  hear(row: JournalRow): void {
    const run = childOf(row)
    if (run !== null) this.#children.set(row.name, run)
    else if (row.kind === 'r' && this.#known.has(row.name)) this.#results.push(row)
  }

  /** What the handler asks for after they have begun never comes. */
  block<T>(key: string): Promise<T> {
    this.#blocked ??= key
    this.#x.touch()
    return forever()
  }

  /** From now on nothing else begins. @param data of the row that says so */
  begin(data: string): void {
    const { outbox, activity, waits, suspension } = this.#pump
    suspension.allowMore()
    this.#restore(false)
    outbox.add({ kind: 'b', name: '', data })
    this.#begin = JSON.parse(data) as UndoBegin
    this.#blocked ??= activity.firstWaiting ?? waits.first
    activity.dismiss()
    waits.clear()
    this.#x.touch()
  }

  /** The run was cancelled: what was sent last goes with the row by which the undos begin. */
  refused(length: number): void {
    // an earlier sending of it was taken, and the reply was lost
    if (length > this.#x.journal.length) this.#x.journal.relearn(length)
    else this.#restore(true)
  }

  #restore(sent: boolean): void {
    for (const { name } of this.#pump.outbox.restore(sent)) this.#children.delete(name)
  }

  /**
   * Decides what follows, once they have begun and the handler has come to rest: the first that applies. What was at
   * work when they began is waited for, because it may have to be undone too.
   */
  pump(): void {
    const { outbox, activity, waits, suspension } = this.#pump
    const due = outbox.size > 0
    if (activity.size > 0 || this.#x.journal.unseen.size > 0) {
      if (due) return this.#pump.write({ op: 'k' })
      if (outbox.turns > 0) return outbox.grant()
      if (activity.size > 0) return
    }
    if (suspension.wanted) return this.#pump.suspend()
    if (this.#pump.draining) return this.#pump.leave()
    if (this.#x.journal.unseen.size > 0) return this.#pump.replay()
    if (waits.size > 0) return this.#pump.write({ op: 'w' })
    if (this.#through) return this.#end(this.#begin as UndoBegin)
    if (due) return this.#pump.write({ op: 'k' })
    this.#next()
  }

  /** All is undone. */
  #end({ status, failure, reason, by }: UndoBegin): void {
    if (status === 'f') return this.#pump.write({ op: 'f', output: JSON.stringify(failure) })
    this.#pump.outbox.add({ kind: 'x', name: '', data: JSON.stringify({ reason, by }) })
    this.#pump.write({ op: 'x' })
  }

  /** All that was said is durable, and nothing is at work: what waits for that goes on. */
  #next(): void {
    const turn = this.#turn
    this.#turn = null
    if (turn) return turn()
    if (this.#started) return
    this.#started = true
    void this.#undoAll()
  }

  #myTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#turn = resolve
      this.#x.touch()
    })
  }

  /** They were cancelled as the undos began. What came before them is undone when they have ended. */
  async #childrenEnded(): Promise<void> {
    const { journal } = this.#x
    const open = [...this.#children].filter(
      ([step]) => journal.peek(step).end === null && journal.peek(closeKey(step)).end === null,
    )
    await Promise.all(
      open.map(([step, run]) =>
        this.#wait({ key: closeKey(step), name: `$child:${run}`, ms: null }),
      ),
    )
  }

  async #undoAll(): Promise<void> {
    await this.#childrenEnded()
    const { results, undone } = this.#record
    const left = [...results, ...this.#results].filter(({ name }) => !undone.has(name))
    for (const { name, data } of left.reverse()) {
      const undo = this.#known.get(name)
      if (undo) await this.#undo(undo, data)
    }
    await this.#myTurn()
    this.#through = true
    this.#x.touch()
  }

  /** Attempts, until one succeeds. When none is left the run pauses, and a resume gives them anew. */
  async #undo(undo: Undo, data: string | null): Promise<void> {
    const x = this.#x
    const { id, key, retry, hooks } = undo
    const name = undoName(key)
    const backoff = `~${name}`
    let { all, since } = this.#record.failures.get(key) ?? { all: 0, since: 0 }
    if (x.isKept(backoff)) await this.#wait({ key: backoff, name: null, ms: null })
    for (;;) {
      await this.#myTurn()
      this.#pump.activity.begin(name, x.journal.length)
      all++
      since++
      try {
        if (hooks) await hooks.beforeStep(undoName(id))
        const given = await undo.perform(decodePayload(data), all)
        if (hooks) await hooks.afterStep(undoName(id), given)
        if (x.over) return forever()
        return this.#pump.outbox.add({ kind: 'n', name: key, data: null })
      } catch (error) {
        if (!x.over && hooks) await hooks.stepFailed(undoName(id), error)
        if (x.over) return forever()
        const ms = retryDelay(retry, error, since, x.host.now())
        const failure = toFailure(error, { stepId: key, attempt: all })
        this.#pump.outbox.add({ kind: 'i', name: key, data: JSON.stringify(failure) })
        if (ms === null) {
          this.#pump.suspension.want('undo_failed', undoFailed(failure, error))
          return forever()
        }
        x.end(name)
        await this.#wait({ key: backoff, name: null, ms })
      } finally {
        x.end(name)
      }
    }
  }

  #wait(wait: OneWait): Promise<unknown> {
    this.#x.touch()
    return this.#pump.waits.add(wait)
  }
}

/** The error for which a run pauses among its undos. */
function undoFailed({ stepId, attempt, message }: RunFailure, cause: unknown): UndoFailedError {
  const times = attempt === 1 ? '' : ` after ${attempt} attempts`
  return new UndoFailedError(`The undo of step "${stepId}" failed${times}: ${message}`, {
    cause,
    details: { step: stepId, attempts: attempt },
  })
}
