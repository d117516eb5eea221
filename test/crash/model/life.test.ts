import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { Database } from '../../../src/kernel/database.ts'
import { registerWorkflow, resolveRoute, tenantId } from '../../../src/kernel/definitions.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { anything } from './commands.ts'
import { Life } from './life.ts'
import { Subject } from './subject.ts'

const LIVES = 100

let database: TestDatabase
let db: Database

beforeAll(async () => {
  database = await createDatabase({ testClock: true })
  db = new Database({ pool: database.pool })
})

afterAll(async () => {
  await db.close()
  await database.drop()
})

test(`${LIVES} random lives of a run are as the model has them`, { timeout: 120_000 }, async () => {
  const tenant = await tenantId(db, 'default')
  let lives = 0
  const property = fc.asyncProperty(
    fc.commands(anything, { maxCommands: 30, size: 'max' }),
    async (commands) => {
      const name = `life-${++lives}`
      await registerWorkflow(db, tenant, name, '1', { kind: 'function' })
      const { route } = await resolveRoute(db, tenant, { name, version: '1' })
      const subject = await Subject.start(database, db, tenant, route)
      await fc.asyncModelRun(() => ({ model: new Life(), real: subject }), commands)
    },
  )
  // a failure prints the seed, the path and the shortest commands that fail
  await fc.assert(property, {
    numRuns: LIVES,
    endOnFailure: false,
    interruptAfterTimeLimit: 100_000,
  })
})
