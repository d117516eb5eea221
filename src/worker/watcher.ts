import type { Session } from '../client/session.ts'
import { reportRunning } from '../kernel/workers.ts'
import { RunCancelledError } from '../model/errors.ts'
import { encodeRunId } from '../model/run-id.ts'
import type { DatabaseClock } from './database-clock.ts'
import type { HeldRun, HeldRuns } from './held-runs.ts'

/** A step that runs for longer is shown to people. */
const LONG_STEP_MS = 500
/** Steps shown at once. */
const MAX_SHOWN = 100

/**
 * Shows the long steps of a worker, and stops the handlers of runs that are not its own any more, or that were
 * cancelled.
 */
export class Watcher {
  readonly #session: Session
  readonly #held: HeldRuns
  readonly #clock: DatabaseClock
  #shown = '[]'

  constructor(session: Session, held: HeldRuns, clock: DatabaseClock) {
    this.#session = session
    this.#held = held
    this.#clock = clock
  }

  /** Looks at all that have been here for a while. */
  async round(worker: string): Promise<void> {
    const now = performance.now()
    await this.check(
      worker,
      this.#held.all().filter((held) => now - held.since > LONG_STEP_MS),
    )
  }

  /** Looks at these. */
  async check(worker: string, helds: readonly HeldRun[]): Promise<void> {
    const running = this.#longSteps()
    const shown = JSON.stringify(running)
    if (helds.length === 0 && shown === this.#shown) return
    const leases = helds.map(({ task }) => ({ run: task.run, fence: task.fence }))
    const asked = reportRunning(this.#session.db, worker, running, leases)
    const gone = await asked.catch(() => null)
    if (gone === null) return
    this.#shown = shown
    const lost = new Set(gone)
    for (const held of helds) {
      // it may have ended meanwhile
      if (this.#held.get(held.task.run) !== held) continue
      if (lost.has(`-${held.task.run}`)) cancel(held)
      if (!lost.has(held.task.run)) continue
      const why = 'The run was cancelled, or is not this worker’s any more.'
      if (held.handle) held.handle.abort(new RunCancelledError(why))
      else this.#held.drop(held.task.run, held) // not begun
    }
  }

  #longSteps(): object[] {
    const now = performance.now()
    const clock = this.#clock.earliest().getTime()
    const steps = this.#held.all().flatMap((held) =>
      (held.handle?.running() ?? [])
        .filter((step) => now - step.since > LONG_STEP_MS)
        .map(({ step, since }) => ({
          run: encodeRunId(BigInt(held.task.run)),
          step,
          since: new Date(clock - (now - since)).toISOString(),
        })),
    )
    return steps.slice(0, MAX_SHOWN)
  }
}

/** Its steps are to be undone: it stays this worker's. */
function cancel(held: HeldRun): void {
  held.cancelled = true
  held.handle?.cancel(new RunCancelledError('The run was cancelled.'))
}
