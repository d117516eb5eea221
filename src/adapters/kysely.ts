/**
 * `millrace/kysely`: starts and signals inside a transaction of Kysely.
 * @module
 */
import type { Tx } from '../kernel/database.ts'

/** Any Postgres database or transaction of Kysely. */
export type KyselyTx = {
  executeQuery(query: never): PromiseLike<{ rows: unknown[] }>
  withoutPlugins?(): KyselyTx
}

/**
 * Makes a transaction of Kysely one that the engine can join.
 * @example await db.transaction().execute(async (trx) => {
 *   await trx.insertInto('orders').values({ id: 7 }).execute()
 *   await client.startWorkflow(fulfil, { orderId: 7 }, { tx: fromKysely(trx) }) // both or neither
 * })
 */
export function fromKysely(trx: KyselyTx): Tx {
  // a plugin such as CamelCasePlugin would rename the columns that the engine reads
  const plain = trx.withoutPlugins?.() ?? trx
  return {
    async query(text, values = []) {
      const { rows } = await plain.executeQuery(compiled(text, values) as never)
      return { rows: [...rows] }
    },
  }
}

/** What `CompiledQuery.raw` makes. Parameters go to the driver as they are. */
function compiled(text: string, values: readonly unknown[]): object {
  const query = { kind: 'RawNode', sqlFragments: [text], parameters: [] }
  return { sql: text, parameters: values, query, queryId: { queryId: 'millrace' } }
}
