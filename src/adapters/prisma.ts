/**
 * `millrace/prisma`: starts and signals inside an interactive transaction of Prisma.
 * @module
 */
import pg from 'pg'
import type { Tx } from '../kernel/database.ts'
import { originalError } from './original-error.ts'
import { textValue } from './text-value.ts'

/** A client or an interactive transaction of Prisma on Postgres. */
export type PrismaTx = {
  $queryRawUnsafe(query: string, ...values: never[]): PromiseLike<unknown>
}

/**
 * Makes an interactive transaction of Prisma one that the engine can join.
 * @example await prisma.$transaction(async (tx) => {
 *   await tx.order.create({ data: { id: 7 } })
 *   await client.startWorkflow(fulfil, { orderId: 7 }, { tx: fromPrisma(tx) }) // both or neither
 * })
 */
export function fromPrisma(tx: PrismaTx): Tx {
  return {
    async query(text, values = []) {
      try {
        const rows = (await tx.$queryRawUnsafe(inline(text, values))) as Record<string, unknown>[]
        return { rows: rows.map(readRow) }
      } catch (error) {
        throw originalError(error)
      }
    },
  }
}

/**
 * The statement with its values in it, quoted. Prisma binds a parameter by the type of the JavaScript
 * value, so that Postgres refuses a string for a bigint and an array of strings for a bigint[]; a
 * quoted literal is read as what is expected there, like a parameter of every other driver.
 */
function inline(text: string, values: readonly unknown[]): string {
  return text.replace(/\$(\d+)/g, (_, place: string) => {
    const value = textValue(values[Number(place) - 1])
    return value === null ? 'null' : pg.escapeLiteral(value)
  })
}

/** The engine's numbers above 32 bits are decimal strings. */
function readRow(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => {
    return [name, typeof value === 'bigint' ? String(value) : value] as const
  })
  return Object.fromEntries(entries)
}
