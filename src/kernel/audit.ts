import type { Database } from './database.ts'

/** Writes down who did what. @see sql/functions/audit/append_audit.sql */
export async function appendAudit(
  db: Database,
  tenant: number,
  entry: { subject: string; action: string; target: string | null; detail: object | null },
): Promise<void> {
  await db.call('select millrace.append_audit($1, $2, $3, $4, $5)', [
    ...[tenant, entry.subject, entry.action, entry.target],
    entry.detail === null ? null : JSON.stringify(entry.detail),
  ])
}
