import type { Verdict } from '../model/journal.ts'
import type { Activity } from './activity.ts'
import type { Deliveries } from './deliveries.ts'
import type { Outbox, Part } from './outbox.ts'
import type { Suspension } from './suspension.ts'
import type { Waits } from './waits.ts'

/** What of a run's inside its undos and transactions need; nobody else may touch it. */
export type InnerRun = {
  readonly outbox: Outbox
  readonly activity: Activity
  readonly waits: Waits
  readonly deliveries: Deliveries
  readonly suspension: Suspension
  readonly write: (part: Part) => void
  /** A write that was not made by `write` is through. */
  readonly written: () => void
  readonly heed: (verdict: Verdict) => void
  readonly suspend: () => void
  /** The worker stops: nothing begins here any more. */
  readonly draining: () => boolean
  /** Parts with the run: it waits, or another process goes on with it. */
  readonly leave: () => void
  /** Looks whether the handler still asks for what is recorded. */
  readonly replay: () => void
}
