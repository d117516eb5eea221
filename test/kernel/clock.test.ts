import { expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'

test('the clock of a test database moves by what it is told', async () => {
  await using db = await createDatabase()
  await db.advanceClock(60_000)
  const ahead = await db.value<number>(
    'select extract(epoch from millrace.clock() - clock_timestamp())::float8',
  )
  expect(ahead).toBeGreaterThan(59.9)
  expect(ahead).toBeLessThanOrEqual(60)
})

test('the clock of any other database is the wall clock, read anew at each call', async () => {
  await using db = await createDatabase({ testClock: false })
  const rows = await db.query(
    `select abs(extract(epoch from millrace.clock() - clock_timestamp())) < 0.5 as near,
            millrace.clock() <> (select millrace.clock() from pg_sleep(0.001)) as anew`,
  )
  expect(rows[0]).toEqual({ near: true, anew: true })
})
