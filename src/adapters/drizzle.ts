/**
 * `millrace/drizzle`: starts and signals inside a transaction of Drizzle.
 * @module
 */
import type { Tx } from '../kernel/database.ts'
import { originalError } from './original-error.ts'
import { textValue } from './text-value.ts'

/** Any Postgres database or transaction of Drizzle. */
export type DrizzleTx = { execute(query: never): PromiseLike<unknown> }

/** What `execute` asks of a statement: two methods of Drizzle's `SQL`. */
type Statement = { getSQL(): Statement; toQuery(): { sql: string; params: unknown[] } }
/** node-postgres and others give an object with `rows`, postgres.js an array with `columns`. */
type Result = Row[] | { rows: Row[]; fields?: Field[] }
type Row = Record<string, unknown>
type Field = { name: string; dataTypeID?: number; type?: number }

/** Postgres's number for timestamptz. */
const TIMESTAMPTZ = 1184

/**
 * Makes a transaction of Drizzle one that the engine can join.
 * @example await db.transaction(async (tx) => {
 *   await tx.insert(orders).values({ id: 7 })
 *   await client.startWorkflow(fulfil, { orderId: 7 }, { tx: fromDrizzle(tx) }) // both or neither
 * })
 */
export function fromDrizzle(tx: DrizzleTx): Tx {
  return {
    async query(text, values = []) {
      try {
        const result = (await tx.execute(makeStatement(text, values) as never)) as Result
        return { rows: readDates(result) }
      } catch (error) {
        throw originalError(error)
      }
    },
  }
}

/**
 * A statement that is ready. Drizzle's `sql` would write the text anew from pieces, and importing it
 * would bind us to one copy of the package, while several may be installed. Parameters are text,
 * because Drizzle turns off what postgres.js does with JSON.
 */
function makeStatement(text: string, values: readonly unknown[]): Statement {
  const statement: Statement = {
    getSQL: () => statement,
    toQuery: () => ({ sql: text, params: values.map(textValue) }),
  }
  return statement
}

/** Drizzle has its drivers give timestamps as text, to read them by column types; here there are none. */
function readDates(result: Result): Row[] {
  const [rows, fields] = Array.isArray(result)
    ? [[...result], (result as { columns?: Field[] }).columns]
    : [result.rows, result.fields]
  const dates = (fields ?? []).filter((field) => (field.dataTypeID ?? field.type) === TIMESTAMPTZ)
  if (dates.length === 0) return rows
  return rows.map((row) => {
    const read = { ...row }
    for (const { name } of dates) {
      const value = read[name]
      if (typeof value === 'string') read[name] = new Date(value)
    }
    return read
  })
}
