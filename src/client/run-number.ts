import { findRun } from '../kernel/runs.ts'
import { decodeRunId } from '../model/run-id.ts'
import type { Session } from './session.ts'

/** The number of a run, of its UUID: ours say it; those that callers gave are looked up. @throws WorkflowRunNotFoundError */
export async function runNumber(session: Session, id: string): Promise<string> {
  const ours = decodeRunId(id)
  if (ours) return String(ours.id)
  return findRun(session.db, await session.tenant(), id)
}
