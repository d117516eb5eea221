import type pg from 'pg'
import type { PoolClient } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { fromPrisma } from '../../src/adapters/prisma.ts'
import { createDatabase } from '../support/database.ts'
import { checkAdapter } from './joining.ts'

const INT8 = 20
/** Prisma 7 refuses to read a column of this type. */
const CHAR = 18

/** An interactive transaction as Prisma 7 with adapter-pg has it: bigint for int8, errors wrapped. */
class StandIn {
  readonly #client: PoolClient

  constructor(client: PoolClient) {
    this.#client = client
  }

  async $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): Promise<T> {
    expect(values).toEqual([])
    try {
      const { rows, fields } = await this.#client.query(query)
      expect(fields.map((field) => field.dataTypeID)).not.toContain(CHAR)
      const large = fields.filter((field) => field.dataTypeID === INT8).map(({ name }) => name)
      for (const row of rows) {
        for (const name of large) if (row[name] !== null) row[name] = BigInt(row[name])
      }
      return rows as T
    } catch (error) {
      throw knownRequestError(error as pg.DatabaseError)
    }
  }
}

const db = await createDatabase()
afterAll(() => db.drop())

test('the engine joins an interactive transaction of Prisma', async () => {
  await checkAdapter(db, async (work) => {
    const client = await db.pool.connect()
    try {
      await client.query('begin')
      const result = await work(fromPrisma(new StandIn(client)))
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

test('values are quoted as Postgres reads them', async () => {
  const client = await db.pool.connect()
  const values = ["'; drop table x; --", '\\', "E'\\''", '$1', 'a\nb', '{"a":1}', '日本']
  const { rows } = await fromPrisma(new StandIn(client)).query(
    'select $1::text[] as list, $2::text as one, $1::text as whole, $3::int as none, $4::bool as yes',
    [values, values[1], null, true],
  )
  client.release()
  expect(rows[0]).toMatchObject({ list: values, one: '\\', none: null, yes: true })
})

test('what Prisma 6 says of a database’s error is understood', async () => {
  const message = 'ERROR: Run 7 is gone.\nDETAIL: {"run":"7"}\nHINT: Look again.'
  const error = Object.assign(new Error('Raw query failed.'), {
    code: 'P2010',
    meta: { code: 'MR041', message },
  })
  const tx = fromPrisma({ $queryRawUnsafe: () => Promise.reject(error) })
  await expect(tx.query('select 1')).rejects.toMatchObject({
    code: 'MR041',
    message: 'Run 7 is gone.',
    detail: '{"run":"7"}',
    hint: 'Look again.',
  })
})

function knownRequestError(error: pg.DatabaseError): Error {
  const { code, message, severity, detail, hint } = error
  const cause = { kind: 'postgres', code, severity, message, detail, hint }
  const driverAdapterError = Object.assign(new Error('DriverAdapterError'), {
    cause: { originalCode: code, originalMessage: message, ...cause },
  })
  return Object.assign(new Error(`Raw query failed. Code: \`${code}\`.`), {
    code: 'P2010',
    meta: { driverAdapterError },
    clientVersion: '7.10.1',
  })
}
