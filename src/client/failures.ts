import { getFailures } from '../kernel/runs.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import { encodeFilter, filterNames, type RunFilter } from './run-filter.ts'
import type { Session } from './session.ts'

/** Runs that failed for the same reason. */
export type FailureGroup = {
  /** The same for failures that differ only in numbers, ids and the like. */
  fingerprint: string
  code: string
  /** Of the newest of them. */
  message: string
  count: number
  /** The id of the newest of them. */
  sample: string
  firstAt: Date
  lastAt: Date
}

/** A page of dead letters, the group whose last run is the newest first. @throws InvalidInputError */
export async function readFailures(
  session: Session,
  p: RunFilter & { limit?: number; startingAfter?: string | null },
): Promise<Page<FailureGroup>> {
  checkOptionNames('getFailures', p, { ...filterNames, limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const { statuses: _, ...filter } = encodeFilter(p)
  const rows = await getFailures(
    session.db,
    session.options({ ...filter, limit: limit + 1, after: p.startingAfter }),
  )
  const items = rows.map((row) => ({
    ...{ fingerprint: row.fingerprint, code: row.code, message: row.message },
    ...{ count: Number(row.count), sample: row.sample, firstAt: row.first_at, lastAt: row.last_at },
  }))
  return pageOf(items, limit, p.startingAfter, ({ sample }) => sample)
}
