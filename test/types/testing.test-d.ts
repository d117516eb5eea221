// What the compiler makes of the testing kit and the adapters.

import { drizzle } from 'drizzle-orm/node-postgres'
import type { StepBaseContext, Tx, WorkflowEngine } from 'millrace'
import { fromDrizzle } from 'millrace/drizzle'
import { startPostgres } from 'millrace/embedded'
import { fromKysely } from 'millrace/kysely'
import { fromPrisma } from 'millrace/prisma'
import { createTestEngine, replayHistory } from 'millrace/testing'
import type { PoolClient } from 'pg'
import { type Eq, ok } from './eq.ts'
import { open, w } from './workflow.test-d.ts'

await using engine = await createTestEngine({ workflows: [w, open] })
ok<Eq<typeof engine extends WorkflowEngine ? true : false, true>>()
const run = await engine.startWorkflow(w, { email: 'a' })
ok<Eq<Awaited<ReturnType<typeof run.result>>, { at: string; total: number }>>()
await engine.clock.advance('2 days')
await engine.clock.set(new Date())
ok<Eq<ReturnType<typeof engine.clock.now>, Date>>()
engine.mockStep(w, 'charge', ({ amount }) => ({ id: amount }))
engine.mockStep('w', 'charge', () => null)
engine.mockWorkflow(w, ({ email }) => ({ at: email, total: 1 }))
// @ts-expect-error not the output of the workflow
engine.mockWorkflow(w, () => ({ at: 1 }))
ok<Eq<Awaited<ReturnType<typeof engine.steps>>, string[]>>()
const divergence = await replayHistory(w, await run.timeline(), { input: run.input })
ok<Eq<typeof divergence, { stepId: string; expected: string; found: string } | null>>()

const postgres = await startPostgres({ dataDir: '.millrace/pg' })
ok<Eq<typeof postgres.connectionString, string>>()

declare const client: PoolClient
const tx: Tx = client
await engine.startWorkflow(open, 1, { tx })
await drizzle(client).transaction(async (inner) => {
  await engine.startWorkflow(open, 1, { tx: fromDrizzle(inner) })
})
/** The part of Kysely's Transaction that counts. */
declare const trx: {
  executeQuery<R>(query: { sql: string; parameters: readonly unknown[] }): Promise<{ rows: R[] }>
}
await engine.startWorkflow(open, 1, { tx: fromKysely(trx) })
/** The part of Prisma's TransactionClient that counts. */
declare const prisma: {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>
}
await engine.startWorkflow(open, 1, { tx: fromPrisma(prisma) })
// @ts-expect-error Prisma's client is not a transaction of pg
await engine.startWorkflow(open, 1, { tx: prisma })

/** A method for several workflows, written apart. */
export const greet = (step: StepBaseContext, name: string) => step.run('greet', () => `Hi ${name}`)
