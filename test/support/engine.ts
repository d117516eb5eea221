import { afterAll, beforeAll } from 'vitest'
import type { StartOptions } from '../../src/client/starter.ts'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import type { Definition } from '../../src/definition/definition.ts'
import type { WorkflowLogger } from '../../src/model/logger.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import { WorkflowEngine, type WorkflowEngineOptions } from '../../src/worker/workflow-engine.ts'
import { createDatabase, type TestDatabase } from './database.ts'

/** An engine that runs handlers in a database of its own, and what it logged. */
export type TestEngine = {
  readonly engine: WorkflowEngine
  readonly db: TestDatabase
  readonly log: string[]
  /** Starts one more engine in the same database. */
  another(
    workflows: readonly Definition[],
    options?: WorkerOptions,
    more?: object,
  ): Promise<WorkflowEngine>
  [Symbol.asyncDispose](): Promise<void>
}

/** @example await using t = await startEngine([order]) */
export async function startEngine(
  workflows: readonly Definition[] = [],
  options: WorkerOptions = {},
  more: Partial<WorkflowEngineOptions> & { testClock?: boolean } = {},
): Promise<TestEngine> {
  const { testClock = false, ...rest } = more
  const db = await createDatabase({ testClock })
  const log: string[] = []
  const engines: WorkflowEngine[] = []
  const another = async (
    definitions: readonly Definition[],
    workerOptions: WorkerOptions = {},
    engineOptions: object = {},
  ) => {
    const engine = new WorkflowEngine({
      connectionString: db.url,
      logger: collect(log),
      workflows: definitions,
      migrate: 'off',
      ...engineOptions,
    } as WorkflowEngineOptions)
    engines.push(engine)
    await engine.start({ drainTimeout: '2 s', ...workerOptions })
    return engine
  }
  const engine = await another(workflows, options, rest)
  return {
    engine,
    db,
    log,
    another,
    async [Symbol.asyncDispose]() {
      await Promise.all(engines.map((one) => one.stop()))
      await db.drop()
    },
  }
}

/** Keeps the lines instead of printing them. */
export function collect(log: string[]): WorkflowLogger {
  const line = (message: string, ...args: unknown[]) => {
    log.push([message, ...args.map(String)].join(' '))
  }
  return { log: line, error: line }
}

/** One engine for all tests of a file; each registers workflows of its own. */
export type SharedEngine = TestEngine & {
  /** Registers the workflow and starts a run of it. */
  start<I, O>(
    definition: Definition<I, O>,
    input?: I,
    options?: StartOptions,
  ): Promise<WorkflowRun<I, O>>
}

/** @example const t = useEngine() // at the top of a test file */
export function useEngine(
  options: WorkerOptions = {},
  more: Parameters<typeof startEngine>[2] = {},
): SharedEngine {
  let started: TestEngine | undefined
  beforeAll(async () => {
    started = await startEngine([], { pollInterval: 50, ...options }, more)
  })
  afterAll(async () => {
    await started?.[Symbol.asyncDispose]()
  })
  const handler: ProxyHandler<object> = {
    get(_, name) {
      if (name === 'start') return start
      return Reflect.get(started as TestEngine, name)
    },
  }
  async function start(definition: Definition, input?: unknown, startOptions: StartOptions = {}) {
    await (started as TestEngine).engine.registerWorkflow(definition)
    return (started as TestEngine).engine.startWorkflow(definition, input, startOptions)
  }
  return new Proxy({}, handler) as SharedEngine
}
