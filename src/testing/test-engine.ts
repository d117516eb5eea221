import { setTimeout as pause } from 'node:timers/promises'
import type { StartOptions } from '../client/starter.ts'
import type { WorkflowRun } from '../client/workflow-run.ts'
import type { Definition } from '../definition/definition.ts'
import type { Startable } from '../definition/startable.ts'
import type { ScratchDatabase } from '../kernel/test-databases.ts'
import { crashTestWorkers, getTestState } from '../kernel/testing.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { TimeoutError } from '../model/errors.ts'
import { quietLogger, type WorkflowLogger } from '../model/logger.ts'
import { WorkflowEngine } from '../worker/workflow-engine.ts'
import { defineWorkflow } from '../workflow/define-workflow.ts'
import { TestClock } from './clock.ts'
import { type MockFn, Mocks } from './mocks.ts'

/** Between two looks whether all runs have come to rest. */
const LOOK_MS = 5

export type EngineUnderTest = {
  readonly workflows: readonly Definition[]
  readonly logger?: WorkflowLogger | undefined
  readonly tenant?: string | undefined
}

/**
 * An engine for tests, with a worker that runs, a database of its own, and time that can be moved.
 * Made by `createTestEngine`.
 */
export class TestEngine extends WorkflowEngine {
  /** The time by which runs live. Time-outs of steps are the exception: they measure real work. */
  readonly clock: TestClock
  readonly #mocks: Mocks
  readonly #database: ScratchDatabase
  readonly #deaths: { wanted: number }
  #registering: Promise<unknown> = Promise.resolve()
  #stopped: Promise<void> | null = null

  constructor({ workflows, logger, tenant }: EngineUnderTest, database: ScratchDatabase) {
    const mocks = new Mocks()
    const deaths = { wanted: 0 }
    super({
      connectionString: database.url,
      workflows: workflows.map((definition) => mocks.wrap(definition)),
      migrate: 'off',
      logger: withoutDeaths(logger ?? quietLogger, deaths),
      ...(tenant ? { tenant } : {}),
    })
    this.#mocks = mocks
    this.#deaths = deaths
    this.#database = database
    this.clock = new TestClock(this.session.db, () => this.runUntilIdle())
  }

  /**
   * Waits until every run has ended, waits for something that is yet to come, or is paused.
   * @throws TimeoutError, with the runs, if that takes longer than 30 s or the `timeout`
   */
  async runUntilIdle(options: { timeout?: Duration } = {}): Promise<void> {
    await this.#registering
    const until = performance.now() + parseDuration(options.timeout ?? '30 s')
    while ((await getTestState(this.session.db)).busy > 0) {
      if (performance.now() > until) throw await this.#restless()
      await pause(LOOK_MS)
    }
  }

  /**
   * Calls `fn` in place of a step's own function, with the same arguments. Where a step waits or starts
   * a child, `fn` gives at once what that would have given; it gets the options of the wait, or the
   * input of the child, and what it throws fails the step without another attempt.
   * @example engine.mockStep(order, 'charge', () => ({ id: 'ch_1' }))
   */
  mockStep(workflow: Startable | string, stepId: string, fn: MockFn): void {
    this.#mocks.step(typeof workflow === 'string' ? workflow : workflow.id, stepId, fn)
  }

  /**
   * Calls `fn` in place of a workflow's handler. The workflow need not be one of the engine's.
   * @example engine.mockWorkflow(pack, ({ orderId }) => ({ box: `box-${orderId}` }))
   */
  mockWorkflow<I, O>(workflow: Startable<I, O>, fn: (input: I) => O | Promise<O>): void {
    const { id, inputSchema } = workflow
    this.#mocks.workflow(id, fn)
    if ('version' in this.startable({ id })) return
    const version = 'version' in workflow ? String(workflow.version) : '1'
    const options = { version, ...(inputSchema ? { inputSchema } : {}) }
    const registering = this.registerWorkflow(defineWorkflow(id, () => undefined, options, []))
    registering.catch(() => {})
    this.#registering = Promise.all([this.#registering, registering])
  }

  /** The steps that a run has been through, in order; one that is called again has a count (`#2`). */
  async steps(p: { runId: string }): Promise<string[]> {
    const run = await this.getRun(p)
    const entries = await run.timeline()
    const steps = entries.filter(({ kind, stepId }) => kind !== 'control' && stepId !== '')
    return [...new Set(steps.map(({ stepId }) => stepId))]
  }

  /**
   * Lets the worker die: what it was doing is lost, and its runs are handed to a new worker. A handler
   * that was at work cannot be killed, but its signal is aborted, and what it gives counts for nothing.
   */
  async crash(): Promise<void> {
    this.#deaths.wanted++
    await crashTestWorkers(this.session.db)
  }

  override registerWorkflow(definition: Definition): Promise<this> {
    return super.registerWorkflow(this.#mocks.wrap(definition))
  }

  override startWorkflow<I, O, St>(
    workflow: Startable<I, O, St>,
    ...input: undefined extends I
      ? [input?: NoInfer<I>, options?: StartOptions]
      : [input: NoInfer<I>, options?: StartOptions]
  ): Promise<WorkflowRun<I, O, St>>
  override startWorkflow(
    p: { workflowId: string; input: unknown; options?: StartOptions } & StartOptions,
  ): Promise<WorkflowRun>
  override async startWorkflow(...call: unknown[]): Promise<WorkflowRun> {
    await this.#registering
    return super.startWorkflow(...(call as [Startable, unknown, StartOptions?]))
  }

  override async startWorkflows<I, O, St>(
    ...call: Parameters<typeof WorkflowEngine.prototype.startWorkflows<I, O, St>>
  ): Promise<WorkflowRun<I, O, St>[]> {
    await this.#registering
    return super.startWorkflows(...call)
  }

  /** Ends the worker, and drops the database. */
  override stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  async #end(): Promise<void> {
    for (const name of this.#mocks.unused())
      this.session.logger.error(`A stand-in was never called: ${name}. Is its name right?`)
    await super.stop().finally(() => this.#database.drop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #restless(): Promise<TimeoutError> {
    const { items } = await this.getRuns({ statuses: ['pending', 'running'], limit: 5 })
    const runs = items.map((run) => `${run.workflowId} ${run.id} is ${run.status}`)
    const steps = (await this.getWorkers()).flatMap(({ running }) =>
      running.map(({ runId, stepId }) => `${runId} ${stepId}`),
    )
    const at = steps.length > 0 ? ` Running steps: ${steps.slice(0, 5).join(', ')}.` : ''
    return new TimeoutError(
      `Runs do not come to rest: ${runs.join('; ')}.${at} A step that never ends, or a run whose workflow the engine does not have, keeps it waiting.`,
    )
  }
}

/** That a worker lost its lease is no news where the test wanted just that. */
function withoutDeaths(logger: WorkflowLogger, deaths: { wanted: number }): WorkflowLogger {
  return {
    log: (message) => logger.log(message),
    error: (message, ...more) => {
      if (deaths.wanted > 0 && message.includes('the lease is over')) deaths.wanted--
      else logger.error(message, ...more)
    },
  }
}
