import type { PoolClient } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { fromKysely } from '../../src/adapters/kysely.ts'
import { createDatabase } from '../support/database.ts'
import { checkAdapter } from './joining.ts'

/** The part of Kysely's Transaction that counts; with a plugin it renames columns, as CamelCasePlugin. */
class StandIn {
  readonly #client: PoolClient
  readonly #camelCase: boolean

  constructor(client: PoolClient, camelCase: boolean) {
    this.#client = client
    this.#camelCase = camelCase
  }

  async executeQuery<R>(query: {
    readonly query: { readonly kind: 'RawNode' }
    readonly queryId: { readonly queryId: string }
    readonly sql: string
    readonly parameters: readonly unknown[]
  }): Promise<{ rows: R[] }> {
    expect(query.query.kind).toBe('RawNode')
    const { rows } = await this.#client.query(query.sql, [...query.parameters])
    return { rows: this.#camelCase ? rows.map(camelCase) : rows }
  }

  withoutPlugins(): StandIn {
    return new StandIn(this.#client, false)
  }
}

const db = await createDatabase()
afterAll(() => db.drop())

test('the engine joins a transaction of Kysely, whatever its plugins', async () => {
  await checkAdapter(db, async (work) => {
    const client = await db.pool.connect()
    try {
      await client.query('begin')
      const result = await work(fromKysely(new StandIn(client, true)))
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  })
})

function camelCase(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(entries)
}
