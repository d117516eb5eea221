import type pg from 'pg'
import type { Database } from '../../kernel/database.ts'

/** What a check found. `skip`: it could not look, which is no illness. */
export type Verdict = {
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  readonly message: string
  /** What to do about it. */
  readonly remedy?: string
}

/** What the checks look at. */
export type Patient = {
  readonly db: Database
  readonly tenant: string
  readonly schema: string
  /** The database is that of ./.millrace. */
  readonly embedded: boolean
}

/** One thing to look at. */
export type Check = {
  readonly name: string
  look(patient: Patient): Promise<Verdict | Verdict[]>
}

export const ok = (message: string): Verdict => ({ status: 'ok', message })
export const skip = (message: string): Verdict => ({ status: 'skip', message })
export const warn = (message: string, remedy: string): Verdict => {
  return { status: 'warn', message, remedy }
}
export const fail = (message: string, remedy: string): Verdict => {
  return { status: 'fail', message, remedy }
}

/** The first row of a statement. */
export async function row<Row extends pg.QueryResultRow>(
  { db }: Patient,
  text: string,
  values: unknown[] = [],
): Promise<Row> {
  const { rows } = await db.pool.query<Row>(text, values)
  return rows[0] as Row
}
