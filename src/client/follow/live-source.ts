import type { WorkflowLogger } from '../../model/logger.ts'
import type { RunEvent } from '../../model/run-event.ts'
import type { Item } from './event-queue.ts'

/** How a run's events are followed. */
export type EventsOptions = {
  /** Goes on after the event with this id, in any process. Default: from the run's start. */
  after?: string | undefined
  /** Ends it, quietly. */
  signal?: AbortSignal | undefined
}

/** Which events of a feed. */
export type FeedOptions = EventsOptions & {
  /** Only runs of this workflow. */
  workflowId?: string | undefined
}

/** Where run objects hear of what happens to their runs: the database, or a server. */
export interface LiveSource {
  readonly logger: WorkflowLogger
  /** A run's events, until it has ended. */
  events(id: string, options?: EventsOptions): AsyncIterable<RunEvent>
  /** The same, with what is known of chunks; of logs only where they are asked for. */
  items(id: string, options: EventsOptions & { logs: boolean }): AsyncIterable<Item>
}
