import * as kernel from '../kernel/administration.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'

/** What somebody did. */
export type AuditEntry = {
  id: string
  at: Date
  /** `key:<id>`, the subject of a token, whoever `by` named, or `role:<role>` of the database. */
  subject: string
  /** @example 'key.create' */
  action: string
  target: string | null
  detail: unknown
}

/** Which entries. */
export type AuditFilter = {
  subject?: string
  /** With a `*` at its end: all actions that begin so. */
  action?: string
  target?: string
  /** Instead of the tenant's: who made and deleted tenants. */
  installation?: boolean
  limit?: number
  startingAfter?: string | null
}

const filterNames = {
  ...{ subject: true, action: true, target: true, installation: true },
  ...{ limit: true, startingAfter: true },
}

export async function listAudit(session: Session, p: AuditFilter): Promise<Page<AuditEntry>> {
  checkOptionNames('getAudit', p, filterNames)
  const limit = checkPageLimit(p.limit)
  const { limit: _limit, startingAfter, ...filter } = p
  const options = session.options({ ...filter, limit: limit + 1, after: startingAfter })
  const rows = await kernel.getAudit(session.db, options)
  const found = rows.flatMap(({ last_seen: _seen, id, ...row }) =>
    id === null ? [] : [{ id, ...row }],
  )
  return pageOf(found, limit, startingAfter, ({ id }) => id, rows[0]?.last_seen ?? null)
}

const BATCH = 10_000

export async function pruneEntries(
  session: Session,
  p: { olderThan: Duration; by?: string },
): Promise<{ pruned: number }> {
  checkOptionNames('pruneAudit', p, { olderThan: true, by: true })
  const options = session.options({ older_than: parseDuration(p.olderThan), by: p.by })
  for (let pruned = 0; ; ) {
    const taken = await kernel.pruneAudit(session.db, options)
    pruned += taken
    if (taken < BATCH) return { pruned }
  }
}
