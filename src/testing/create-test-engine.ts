import type { Definition } from '../definition/definition.ts'
import { createScratchDatabase } from '../kernel/test-databases.ts'
import type { WorkflowLogger } from '../model/logger.ts'
import type { WorkerOptions } from '../worker/options.ts'
import { testServer } from './server.ts'
import { TestEngine } from './test-engine.ts'

/** Of an engine for tests. */
export type TestEngineOptions = {
  /** Those that the tests start; a child that they need may be a stand-in (`mockWorkflow`). */
  workflows: readonly Definition[]
  /**
   * A server of your own, by any of its databases: the engine gets a database beside that, which its
   * role must be allowed to create. Default: an embedded Postgres.
   */
  databaseUrl?: string
  /** Where the embedded Postgres keeps its data. Default './.millrace/test/pg'. */
  dataDir?: string
  /** Default: errors to the console. */
  logger?: WorkflowLogger
  /** Default 'default'; there is no other yet. */
  tenant?: string
  /** Default: quick to notice things, and a lease that outlives a breakpoint. */
  worker?: WorkerOptions
}

const DATA_DIR = './.millrace/test/pg'

/** A worker that notices things soon, and that a breakpoint or a busy machine does not kill. */
const worker: WorkerOptions = {
  lease: '1 minute',
  heartbeatSeconds: 1,
  pollInterval: '50 ms',
  drainTimeout: '1 s',
}

/**
 * Starts an engine in a new database, with time that can be moved: it runs on like real time, and jumps
 * forward when it is told to. The embedded Postgres starts with the first engine and serves all test
 * files. Its very first start takes longer than a test may: see `startTestServer`. Stop the engine at the
 * end of its test, or declare it by `await using`.
 * @example const engine = await createTestEngine({ workflows: [refund] })
 *   onTestFinished(() => engine.stop())
 *   const run = await engine.startWorkflow(refund, { amount: 900 })
 *   await engine.clock.advance('2 days')
 *   expect(await run.result()).toEqual({ refunded: false })
 */
export async function createTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  const { databaseUrl, dataDir = DATA_DIR } = options
  const database = await createScratchDatabase(databaseUrl ?? (await testServer(dataDir)))
  const engine = new TestEngine(options, database)
  try {
    await engine.start({ ...worker, ...options.worker })
    return engine
  } catch (error) {
    await engine.stop()
    throw error
  }
}

/**
 * Starts the embedded Postgres ahead of the tests and makes the template of their databases, so that
 * the first test of a fresh checkout does not take the seconds that this takes.
 * @example // test-server.ts, named in vitest.config.ts: test: { globalSetup: './test-server.ts' }
 *   import { startTestServer } from 'millrace/testing'
 *   export const setup = () => startTestServer()
 */
export async function startTestServer(options: { dataDir?: string } = {}): Promise<void> {
  const url = await testServer(options.dataDir ?? DATA_DIR)
  const database = await createScratchDatabase(url)
  await database.drop()
}
