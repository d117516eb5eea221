import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, serial } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { fromDrizzle } from '../../src/adapters/drizzle.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase } from '../support/database.ts'
import { checkAdapter } from './joining.ts'

const orders = pgTable('orders', { id: serial().primaryKey(), cents: integer().notNull() })
const db = await createDatabase()
const orm = drizzle(db.pool)
await db.query('create table orders (id serial primary key, cents int not null)')
afterAll(() => db.drop())

test('the engine joins a transaction of Drizzle', async () => {
  await checkAdapter(db, (work) => orm.transaction((tx) => work(fromDrizzle(tx))))
})

test('a savepoint of Drizzle takes its start with it', async () => {
  const engine = new WorkflowEngine({
    connectionString: db.url,
    workflows: [workflow('w', async () => 1)],
  })
  await engine.start(false)
  const runs = await orm.transaction(async (tx) => {
    const kept = await engine.startWorkflow({ id: 'w' }, 1, { tx: fromDrizzle(tx) })
    const gone = await tx
      .transaction(async (inner) => {
        const run = await engine.startWorkflow({ id: 'w' }, 2, { tx: fromDrizzle(inner) })
        inner.rollback()
        return run
      })
      .catch(() => null)
    await tx.insert(orders).values({ cents: 5 })
    return [kept, gone]
  })
  expect(runs[1]).toBeNull()
  const { items } = await engine.getRuns({ workflowId: 'w' })
  expect(items.map((run) => run.id)).toEqual([runs[0]?.id])
  await engine.stop()
})

test('a database of Drizzle without a transaction will do, too', async () => {
  const tx = fromDrizzle(orm)
  const { rows } = await tx.query('select $1::int[] as list, $2::jsonb as data, now() as at', [
    [3, null],
    { a: ['b'] },
  ])
  expect(rows).toEqual([{ list: [3, null], data: { a: ['b'] }, at: expect.any(Date) }])
  // Drizzle's own statements are as they were
  expect((await orm.execute(sql`select ${1}::int as n`)).rows).toEqual([{ n: 1 }])
})

test('what postgres.js gives is an array with columns', async () => {
  const rows = Object.assign([{ at: '2026-01-02 03:04:05.678+00', n: null }], {
    columns: [
      { name: 'at', type: 1184 },
      { name: 'n', type: 1184 },
    ],
  })
  const tx = fromDrizzle({ execute: async () => rows })
  expect(await tx.query('select')).toEqual({
    rows: [{ at: new Date('2026-01-02T03:04:05.678Z'), n: null }],
  })
})

test('an error that is not the database’s stays as it is', async () => {
  const error = new Error('no connection')
  const tx = fromDrizzle({ execute: () => Promise.reject(error) })
  await expect(tx.query('select 1')).rejects.toBe(error)
})
