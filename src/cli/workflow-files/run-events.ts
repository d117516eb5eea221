import type { Definition, RunEnd, RunHandle } from '../../definition/definition.ts'
import type { LeasedRun, RunHost } from '../../definition/host.ts'
import type { RunFailure } from '../../model/failure.ts'
import type { Change, JournalRow } from '../../model/journal.ts'
import { type LogLevel, type LogSink, makeRunLogger, withFields } from '../../model/logger.ts'

/** A run, as events name it. */
export type RunName = { readonly id: string; readonly workflowId: string; readonly version: string }

/** How a run left this process, what it waits for if it is not over, and how long it was here. */
export type Ended = RunEnd & {
  readonly waits: readonly WaitName[]
  readonly ms: number
  /** It was here, or elsewhere, before. */
  readonly again: boolean
}

/** A step that waits; `ms` null where only a message ends it. */
export type WaitName = {
  readonly step: string
  readonly ms: number | null
  /** Until its next attempt. */
  readonly backoff: boolean
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
  const again = lease.journal.length > 0
  const log: LogSink = (level, message, args) => {
    for (const listener of listeners) listener.logged(run, level, withFields(message, args))
  }
  const heard = listenTo(host, log, (change) => {
    waits = waitNames(change)
    for (const row of change.rows)
      tellFailure(row, (step, failure) => {
        for (const listener of listeners) listener.attemptFailed(run, step, failure)
      })
  })
  for (const listener of listeners) listener.began(run, again)
  const handle = definition.run(lease, heard)
  void handle.done.then((end) => {
    const ms = performance.now() - since
    for (const listener of listeners) listener.ended(run, { ...end, waits, ms, again })
  })
  return handle
}

function listenTo(host: RunHost, log: LogSink, hear: (change: Change) => void): RunHost {
  return {
    logger: makeRunLogger(log),
    now: () => host.now(),
    transact: (isolation, work, change) => host.transact(isolation, work, change),
    prepareChild: (workflow, input, options) => host.prepareChild(workflow, input, options),
    write: (change) => {
      hear(change)
      return host.write(change)
    },
  }
}

/** Keys that begin with ? or ~ are the engine's own; what people wait for is behind them. */
function waitNames({ op, waits }: Change): WaitName[] {
  if (op !== 'w') return []
  return (waits ?? []).map(({ key, ms }) => ({
    step: key.replace(/^[~?]+/, ''),
    ms,
    backoff: key.startsWith('~'),
  }))
}

function tellFailure(
  { kind, name, data }: JournalRow,
  tell: (step: string, failure: RunFailure) => void,
): void {
  if ((kind !== 'e' && kind !== 'h') || data === null) return
  tell(name ?? '', JSON.parse(data) as RunFailure)
}
