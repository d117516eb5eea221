import type { Definition, RunEnd, RunHandle } from '../../definition/definition.ts'
import type { LeasedRun, RunHost } from '../../definition/host.ts'
import { RunCancelledError } from '../../model/errors.ts'
import type { RunFailure } from '../../model/failure.ts'
import type { Change, JournalRow, Verdict } from '../../model/journal.ts'
import {
  type LogLevel,
  type LogSink,
  makeRunLogger,
  type RunLogger,
  stepLogger,
  withFields,
} from '../../model/logger.ts'

/** A run, as events name it. */
export type RunName = { readonly id: string; readonly workflowId: string; readonly version: string }

/** How a run left this process, what it waits for if it is not over, and how long it was here. */
export type Ended = RunEnd & {
  readonly waits: readonly WaitName[]
  readonly ms: number
  /** It was here, or elsewhere, before. */
  readonly again: boolean
  /** Why it is parked, if it was paused. */
  readonly pause: Pause | null
  /** It is lost because somebody ended it or took it over: its record says what became of it. */
  readonly taken: boolean
}

/** A step that waits: `for` a next attempt or question of its own, an event, or something else. */
export type WaitName = {
  readonly step: string
  /** Null where time does not end it. */
  readonly ms: number | null
  readonly for: 'attempt' | 'question' | 'event' | 'else'
  readonly event: string | null
}

/** A pause: a person asked for it, a step did, or the engine cannot go on. */
export type Pause = {
  readonly reason: string
  /** Where the engine, or step.pause, stopped it. */
  readonly step: string | null
  readonly failure: RunFailure | null
}

/** Hears what this process does with runs. */
export interface RunEvents {
  /** @param again it was here, or elsewhere, before */
  began(run: RunName, again: boolean): void
  ended(run: RunName, end: Ended): void
  /** @param step empty for the handler itself */
  attemptFailed(run: RunName, step: string, failure: RunFailure): void
  /** What user code logs. */
  logged(run: RunName, level: LogLevel, message: string): void
}

/** Takes a run as far as it goes, as the definition does, and tells what happens. */
export function runAudibly(
  definition: Definition,
  lease: LeasedRun,
  host: RunHost,
  listeners: readonly RunEvents[],
): RunHandle {
  const { id, workflowId, version } = lease
  const run = { id, workflowId, version }
  const since = performance.now()
  let waits: readonly WaitName[] = []
  let pause: Pause | null = null
  let taken = false
  // a poll that goes on asking has recorded nothing
  const again = lease.journal.length > 0 || lease.waits.size > 0 || lease.crashes > 0
  const log: LogSink = (level, message, args) => {
    for (const listener of listeners) listener.logged(run, level, withFields(message, args))
  }
  const heard = listenTo(host, log, {
    change(change) {
      waits = waitNames(change)
      pause = pauseOf(change)
      for (const row of change.rows)
        tellFailure(row, (step, failure) => {
          for (const listener of listeners) listener.attemptFailed(run, step, failure)
        })
    },
    verdict({ kind }) {
      if (kind === 'paused') pause = { reason: 'person', step: null, failure: null }
      if (kind === 'stale') taken = true
    },
  })
  for (const listener of listeners) listener.began(run, again)
  const handle = definition.run(lease, heard)
  void handle.done.then((end) => {
    const ms = performance.now() - since
    for (const listener of listeners)
      listener.ended(run, { ...end, waits, ms, again, pause, taken })
  })
  return {
    done: handle.done,
    abort(reason) {
      if (reason instanceof RunCancelledError) taken = true
      handle.abort(reason)
    },
    cancel: (reason) => handle.cancel(reason),
    drain: () => handle.drain(),
    look: () => handle.look(),
    running: () => handle.running(),
  }
}

type Ears = { change(change: Change): void; verdict(verdict: Verdict): void }

function listenTo(host: RunHost, log: LogSink, ears: Ears): RunHost {
  const shown = makeRunLogger(log)
  const logged = (shows: RunLogger, step: string | null, attempt: number | null) =>
    makeRunLogger((level, message, args) => {
      shows[level](message, ...(args as object[]))
      host.storeLine({ level, step, attempt, message, args })
    })
  return {
    logger: logged(shown, null, null),
    stepLogger: (step, attempt) =>
      logged(stepLogger(shown, `${step} (attempt ${attempt})`), step, attempt),
    storeLine: (line) => host.storeLine(line),
    get followed() {
      return host.followed
    },
    began: (step, attempt) => host.began(step, attempt),
    chunks: (step, attempt, stored) => host.chunks(step, attempt, stored),
    now: () => host.now(),
    surroundings: host.surroundings,
    callOff: (left) => host.callOff(left),
    query: (text, values) => host.query(text, values),
    prepareChild: (workflow, input, options) => host.prepareChild(workflow, input, options),
    drawEventId: () => host.drawEventId(),
    prepareSuccessor: (input, options) => host.prepareSuccessor(input, options),
    async transact(isolation, work, change) {
      const done = await host.transact(isolation, work, change)
      ears.verdict(done.verdict)
      return done
    },
    async write(change) {
      ears.change(change)
      const verdict = await host.write(change)
      ears.verdict(verdict)
      return verdict
    },
  }
}

/** Keys that begin with ? or ~ are the engine's own; what people wait for is behind them. */
function waitNames({ op, waits }: Change): WaitName[] {
  if (op !== 'w') return []
  const named = (waits ?? []).map(({ key, name, ms: exact, event: broadcast }): WaitName => {
    const ms = exact === null ? null : Math.round(exact)
    const event = broadcast?.name ?? (name === null || name.startsWith('$') ? null : name)
    const own = key.startsWith('~') ? 'attempt' : key.startsWith('?') ? 'question' : 'else'
    const step = key.replace(/^[~?]+/, '').replace(/^\$undo:/, 'undo of ')
    return { step, ms, for: event === null ? own : 'event', event }
  })
  // a poll waits for its end as well: its next question tells more
  const asking = new Set(named.flatMap((wait) => (wait.for === 'question' ? wait.step : [])))
  return named.filter((wait) => wait.for === 'question' || !asking.has(wait.step))
}

function pauseOf({ op, rows, waits }: Change): Pause | null {
  const row = op === 'p' ? rows.find(({ kind }) => kind === 'p') : undefined
  if (!row?.data) return null
  const { reason, failure } = JSON.parse(row.data) as { reason: string; failure?: RunFailure }
  const waiting = waits?.find(({ name }) => name === '$resume')?.key
  const step = failure ? (failure.stepId ?? stepNamedIn(failure.message)) : waiting
  return { reason, step: step ?? null, failure: failure ?? null }
}

/** A mismatch is of the run: only its message names the step at which it was found. */
function stepNamedIn(message: string): string | undefined {
  return /^(?:Step|The history holds step) "(.*?)"(?: is|, but) /.exec(message)?.[1]
}

function tellFailure(
  { kind, name, data }: JournalRow,
  tell: (step: string, failure: RunFailure) => void,
): void {
  if (!'ehi'.includes(kind) || data === null) return
  tell(kind === 'i' ? `undo of ${name}` : (name ?? ''), JSON.parse(data) as RunFailure)
}
