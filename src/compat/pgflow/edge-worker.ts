import type { AnyFlow } from '../../flow/extract.ts'
import { Flow } from '../../flow/flow.ts'
import type { FlowContext } from '../../flow/flow-context.ts'
import { InvalidInputError } from '../../model/errors.ts'
import type { WorkflowLogger } from '../../model/logger.ts'

/** What both kinds of pgflow's workers take. What tunes its polling is accepted and ignored: workers here are woken. */
type WorkerConfig = {
  /** Default: the variable EDGE_WORKER_DB_URL, else DATABASE_URL. */
  connectionString?: string
  /** Runs at the same time; default 10. */
  maxConcurrent?: number
  /** Spread into the contexts of handlers. */
  resources?: Record<string, unknown>
  env?: Record<string, string | undefined>
  logger?: WorkflowLogger
  /** @deprecated ignored */
  maxPgConnections?: number
  /** @deprecated ignored */
  batchSize?: number
  /** @deprecated ignored */
  maxPollSeconds?: number
  /** @deprecated ignored */
  pollIntervalMs?: number
  /** @deprecated ignored: leases are renewed while a handler works */
  visibilityTimeout?: number
}

/** Of a worker of flows. */
export type FlowWorkerConfig = WorkerConfig & {
  /** @deprecated ignored: a flow whose shape changes is another version of its slug */
  compilation?: unknown
}

/** Of a worker of messages; delays are seconds. */
export type QueueWorkerConfig = WorkerConfig & {
  /** Default 'tasks'. */
  queueName?: string
  retry?: {
    strategy?: 'exponential' | 'fixed'
    /** Tries after the first; default 5. */
    limit?: number
    /** Default 3. */
    baseDelay?: number
    /** Default 300. */
    maxDelay?: number
  }
}

export type MessageHandler = (
  // biome-ignore lint/suspicious/noExplicitAny: as pgflow's declaration says it
  payload: any,
  context: FlowContext,
) => unknown

/** A worker that can be started and stopped. */
export type CompatWorker = { start(): Promise<void>; stop(): Promise<void> }

/** The workflow whose runs are the messages of a queue: start runs of it to send some. */
export function queueSlug(queueName: string): string {
  return queueName.replace(/\W/g, '_')
}

/** A worker of a flow. @throws InvalidInputError without a database, at its start */
export function createFlowWorker(flow: AnyFlow, config: FlowWorkerConfig = {}): CompatWorker {
  let engine: { stop(): Promise<void> } | null = null
  return {
    async start() {
      // a browser that only wants the client never loads it
      const { WorkflowEngine } = await import('../../worker/workflow-engine.ts')
      const { resources, env, logger, maxConcurrent = 10 } = config
      const made = new WorkflowEngine({
        connectionString: urlOf(config),
        workflows: [flow as never],
        ...(resources && { resources }),
        ...(env && { env }),
        ...(logger && { logger }),
      })
      engine = made
      await made.start({ concurrency: maxConcurrent })
    },
    async stop() {
      await engine?.stop()
      engine = null
    },
  }
}

/** A worker that calls a function with each message of a queue. */
export function createQueueWorker(
  handler: MessageHandler,
  config: QueueWorkerConfig = {},
): CompatWorker {
  const { queueName = 'tasks', retry = {}, ...rest } = config
  const { strategy = 'exponential', limit = 5, baseDelay = 3, maxDelay = 300 } = retry
  const flow = new Flow<never>({
    ...{ slug: queueSlug(queueName), maxAttempts: limit + 1, baseDelay },
    ...(strategy === 'fixed' ? { backoff: 'fixed' } : { maxDelay }),
  } as never).step({ slug: 'message' }, ((payload: unknown, context: FlowContext) =>
    handler(payload, context)) as never)
  return createFlowWorker(flow as never, rest)
}

/**
 * pgflow's worker: of a flow, or of a function that takes messages. One a process.
 * @example await EdgeWorker.start(AnalyzeWebsite, { connectionString: process.env.DATABASE_URL })
 */
// biome-ignore lint/complexity/noStaticOnlyClass: pgflow's is one
export class EdgeWorker {
  static #worker: CompatWorker | null = null

  /** @throws InvalidInputError if one was started before, or no database is named */
  static async start(
    what: AnyFlow | MessageHandler,
    config: FlowWorkerConfig & QueueWorkerConfig = {},
  ): Promise<void> {
    return typeof what === 'function'
      ? EdgeWorker.startQueueWorker(what, config)
      : EdgeWorker.startFlowWorker(what, config)
  }

  static async startFlowWorker(flow: AnyFlow, config: FlowWorkerConfig = {}): Promise<void> {
    await EdgeWorker.#begin(createFlowWorker(flow, config))
  }

  static async startQueueWorker(
    handler: MessageHandler,
    config: QueueWorkerConfig = {},
  ): Promise<void> {
    await EdgeWorker.#begin(createQueueWorker(handler, config))
  }

  /** Lets steps that run finish, and ends it: then another may be started. @throws InvalidInputError if none was */
  static async stop(): Promise<void> {
    const worker = EdgeWorker.#worker
    if (!worker) throw new InvalidInputError('EdgeWorker.start() must be called first.')
    EdgeWorker.#worker = null
    await worker.stop()
  }

  static async #begin(worker: CompatWorker): Promise<void> {
    if (EdgeWorker.#worker)
      throw new InvalidInputError(
        'EdgeWorker can only be started once in a process. A WorkflowEngine takes any number of flows.',
      )
    EdgeWorker.#worker = worker
    try {
      await worker.start()
    } catch (error) {
      EdgeWorker.#worker = null
      throw error
    }
  }
}

function urlOf({ connectionString }: WorkerConfig): string {
  const env = typeof process === 'undefined' ? {} : process.env
  const url = connectionString ?? env.EDGE_WORKER_DB_URL ?? env.DATABASE_URL
  if (url) return url
  throw new InvalidInputError(
    'No database is named. Give connectionString, or set EDGE_WORKER_DB_URL or DATABASE_URL.',
  )
}
