import { WorkflowClient } from '../../src/client/workflow-client.ts'
import type { Definition } from '../../src/definition/definition.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import type { WorkflowEngine, WorkflowEngineOptions } from '../../src/worker/workflow-engine.ts'
import { startEngine, type TestEngine } from './engine.ts'

/** An engine that serves all tenants, in a database of its own. */
export type TestTenants = TestEngine & {
  readonly engine: WorkflowEngine
  /** Makes a tenant, and gives a client of it and its number. */
  tenant(slug: string): Promise<{ client: WorkflowClient; number: number }>
}

/** @example await using t = await startTenants([order]) */
export async function startTenants(
  workflows: readonly Definition[] = [],
  options: WorkerOptions = {},
  more: Partial<WorkflowEngineOptions> & { testClock?: boolean } = {},
): Promise<TestTenants> {
  const t = await startEngine(
    workflows,
    { pollInterval: 50, ...options },
    { allTenants: true, graphs: true, ...more },
  )
  t.db.pool.setMaxListeners(100) // one for each client
  const clients: WorkflowClient[] = []
  return {
    ...t,
    async tenant(slug) {
      const number = await t.db.value<number>(
        'insert into millrace.tenants (slug) values ($1) returning id',
        [slug],
      )
      const client = new WorkflowClient({ pool: t.db.pool, tenant: slug })
      clients.push(client)
      return { client, number }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.stop()))
      await t[Symbol.asyncDispose]()
    },
  }
}
