import type { Tx } from '../../kernel/database.ts'
import { verifyHistory } from '../../kernel/entities.ts'
import * as kernel from '../../kernel/entity-reads.ts'
import type { Json } from '../../model/json.ts'
import { checkPageLimit, type Page } from '../page.ts'
import { pageOf } from '../plain-page.ts'
import type { Session } from '../session.ts'
import type {
  EntityInstance,
  HistoryEntry,
  TransitionQuery,
  TransitionReport,
  Verified,
} from './entity.ts'
import { encodeQuery, place, type Which } from './requests.ts'

/** Rows of a trail that are asked for at once, where all are wanted. */
const MAX_ROWS = 1000

/** @throws EntityNotFoundError */
export async function readEntity(session: Session, which: Which, tx?: Tx): Promise<EntityInstance> {
  const { instance, options } = place(which)
  return toEntity(await kernel.getEntity(session.db, instance, session.options(options), tx))
}

/** @throws EntityNotFoundError */
export async function readTransitions(
  session: Session,
  which: Which,
  query: TransitionQuery,
): Promise<TransitionReport[]> {
  const { instance, options } = place(which)
  const asked = session.options({ ...options, ...encodeQuery(query) })
  const rows = await kernel.getTransitions(session.db, instance, asked)
  return rows.map((row) => ({
    id: row.transition_id,
    name: row.transition_name,
    to: row.to_state_name,
    allowed: row.allowed,
    reason: row.reason,
    context: row.transition_context as Json,
    conditions: row.transition_conditions as Json,
    notEnforced: (row.not_enforced ?? []) as string[],
    stateMetadata: row.to_state_metadata as Json,
  }))
}

/** A page of the trail, the oldest first. @throws EntityNotFoundError */
export async function readHistoryPage(
  session: Session,
  which: Which,
  p: { limit?: number; startingAfter?: string | null },
): Promise<Page<HistoryEntry>> {
  const limit = checkPageLimit(p.limit)
  const rows = await readRows(session, which, limit + 1, p.startingAfter)
  return pageOf(rows, limit, p.startingAfter, ({ seq }) => seq)
}

/** All of the trail. @throws EntityNotFoundError */
export async function readWholeHistory(session: Session, which: Which): Promise<HistoryEntry[]> {
  const all: HistoryEntry[] = []
  for (;;) {
    const rows = await readRows(session, which, MAX_ROWS, all.at(-1)?.seq)
    all.push(...rows)
    if (rows.length < MAX_ROWS) return all
  }
}

async function readRows(
  session: Session,
  which: Which,
  limit: number,
  after: string | null | undefined,
): Promise<HistoryEntry[]> {
  const { instance, options } = place(which)
  const asked = session.options({ ...options, limit, after })
  return (await kernel.getHistory(session.db, instance, asked)).map(toEntry)
}

/** @throws EntityNotFoundError */
export async function verifyTrail(session: Session, which: Which): Promise<Verified> {
  const { instance, options } = place(which)
  const found = await verifyHistory(session.db, instance, session.options(options))
  const brokenAt = found.seq === null ? null : String(found.seq)
  return { ok: found.ok, brokenAt, problem: found.problem, rows: found.rows }
}

/** An instance as clients give it. */
export function toEntity(json: kernel.EntityJson): EntityInstance {
  return {
    ...{ id: json.id, machine: json.machine, version: json.version },
    ...{ table: json.entity_table, entityId: json.entity_id },
    ...{ state: json.state, status: json.status },
    metadata: json.metadata as Record<string, Json>,
    seq: String(json.seq),
    enteredAt: new Date(json.entered_at),
    dueAt: date(json.due_at),
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
    completedAt: date(json.completed_at),
    timer: json.timer,
  }
}

function toEntry(row: kernel.HistoryRow): HistoryEntry {
  return {
    seq: String(row.seq),
    ...{ from: row.from_state, to: row.to_state, transition: row.transition },
    ...{ executedBy: row.executed_by, claimedBy: row.claimed_by, notes: row.notes },
    context: row.context as Json,
    metadata: row.metadata as Json,
    changes: row.changes as Record<string, Json> | null,
    at: row.executed_at,
    spentMs: row.spent_ms === null ? null : Number(row.spent_ms),
    ...{ version: row.version, hash: row.hash },
  }
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
