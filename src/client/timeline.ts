import type { Tx } from '../kernel/database.ts'
import { getTimeline, type TimelineRow } from '../kernel/runs.ts'
import type { RunFailure } from '../model/failure.ts'
import type { Json } from '../model/json.ts'
import type { SkipReason } from '../model/status.ts'
import type { Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import { checkRunId } from './run-filter.ts'
import type { Session } from './session.ts'

/** One thing that happened to a run. `seq` is a decimal number, gapless within a run. */
export type TimelineEntry = {
  readonly seq: string
  /** The step's id and call count, of an undo too; empty for what concerns the whole run. */
  readonly stepId: string
  readonly kind: TimelineRow['kind']
  readonly status: TimelineRow['status']
  readonly attempt: number
  readonly output: Json | undefined
  readonly timedOut: boolean
  readonly failure: RunFailure | null
  readonly timestamp: Date
  /** Who paused, resumed or cancelled, if they said so. */
  readonly by: string | null
  /** Why it was paused or cancelled, if they said so; of a pause by the engine, why that was. */
  readonly reason: string | null
  /** Of a child that was started, and of its end. */
  readonly childId: string | null
  /** Of a step of a flow or graph that was skipped: why. Of `handler_failed`, `failure` is what it threw. */
  readonly skipReason: SkipReason | null
}

export function readTimeline(rows: readonly TimelineRow[]): TimelineEntry[] {
  return rows.map((row) => ({
    seq: String(row.seq),
    stepId: row.step_id,
    kind: row.kind,
    status: row.status,
    attempt: row.attempt,
    output: (row.output ?? undefined) as Json | undefined,
    timedOut: row.timed_out,
    failure: row.failure as RunFailure | null,
    timestamp: row.at,
    by: row.by,
    reason: row.reason,
    childId: row.child_id,
    skipReason: row.skip_reason,
  }))
}

/** Entries that are given at once. */
const MOST = 1000

export async function readTimelinePage(
  session: Session,
  p: { runId: string; resourceId?: string; tx?: Tx; startingAfter?: string | null; limit?: number },
): Promise<Page<TimelineEntry>> {
  const limit = Math.min(p.limit ?? MOST, MOST)
  const options = session.options({
    ...{ resource_id: p.resourceId, after: p.startingAfter, limit: limit + 1 },
  })
  const entries = readTimeline(await getTimeline(session.db, checkRunId(p.runId), options, p.tx))
  return pageOf(entries, limit, p.startingAfter, ({ seq }) => seq)
}
