import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Database } from '../../src/kernel/database.ts'
import { describeSchema } from '../../src/kernel/describe-schema.ts'
import { createDatabase } from '../support/database.ts'

const file = new URL('../../sql/schema.sql', import.meta.url)

test('sql/schema.sql is what the migrated schema is (if not: npm run schema)', async () => {
  await using db = await createDatabase({ testClock: false })
  const found = await describeSchema(new Database({ pool: db.pool }))
  expect(found, 'run `npm run schema`, and commit sql/schema.sql').toBe(readFileSync(file, 'utf8'))
})
