import { HttpWorkflowClient } from '../../client/http/index.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import type { AnyFlow, ExtractFlowInput } from '../../flow/extract.ts'
import { InvalidInputError, WorkflowRunNotFoundError } from '../../model/errors.ts'
import { FlowRun } from './flow-run.ts'

/** What it needs of a client: an HttpWorkflowClient, a WorkflowClient and an engine all have it. */
export type RunsClient = {
  startWorkflow(p: {
    workflowId: string
    input: unknown
    options?: { runId?: string }
  }): Promise<WorkflowRun>
  getRun(p: { runId: string }): Promise<WorkflowRun>
  getDefinition(p: { workflowId: string; version?: string }): Promise<{ document: unknown }>
}

/** Of the server at `url`, with an API key: what Supabase's function of that name is to pgflow. */
export function createClient(url: string, key: string): HttpWorkflowClient {
  return new HttpWorkflowClient({ baseUrl: url, apiKey: key })
}

/**
 * pgflow's client over a client of ours.
 * @example const pgflow = new PgflowClient(createClient('https://flows.example.com', key))
 *   const run = await pgflow.startFlow<typeof Analyze>('analyze', { url: 'https://example.com' })
 *   await run.waitForStatus(FlowRunStatus.Completed)
 */
export class PgflowClient {
  readonly #client: RunsClient
  readonly #runs = new Map<string, FlowRun<AnyFlow>>()

  /** @param _options accepted and ignored: nothing has to settle here before a run is started */
  constructor(client: RunsClient, _options: { realtimeStabilizationDelayMs?: number } = {}) {
    this.#client = client
  }

  /** Starts a run of a flow. @param run_id a UUID of your own @throws WorkflowNotFoundError, InvalidInputError */
  async startFlow<F extends AnyFlow>(
    flow_slug: string,
    input: ExtractFlowInput<F>,
    run_id?: string,
  ): Promise<FlowRun<F>> {
    const options = run_id === undefined ? {} : { options: { runId: run_id } }
    return this.#keep(
      await this.#client.startWorkflow({ workflowId: flow_slug, input, ...options }),
    )
  }

  /** A run, always the same object until it has ended or is disposed of; null if there is none of that id. */
  async getRun<F extends AnyFlow>(run_id: string): Promise<FlowRun<F> | null> {
    const known = this.#runs.get(run_id)
    if (known) return known as unknown as FlowRun<F>
    try {
      return await this.#keep<F>(await this.#client.getRun({ runId: run_id }))
    } catch (error) {
      const isNone = error instanceof WorkflowRunNotFoundError || error instanceof InvalidInputError
      if (isNone) return null
      throw error
    }
  }

  /** Listens to a run no more. The run goes on. */
  dispose(run_id: string): void {
    this.#runs.get(run_id)?.dispose()
    this.#runs.delete(run_id)
  }

  /** Listens to no run any more. */
  disposeAll(): void {
    for (const run_id of [...this.#runs.keys()]) this.dispose(run_id)
  }

  async #keep<F extends AnyFlow>(run: WorkflowRun): Promise<FlowRun<F>> {
    const slugs = await this.#slugsOf(run)
    const known = this.#runs.get(run.id)
    if (known) return known as unknown as FlowRun<F>
    const made = new FlowRun<F>(run, slugs, () => this.#runs.delete(run.id))
    this.#runs.set(run.id, made as unknown as FlowRun<AnyFlow>)
    return made
  }

  /** Who may not read definitions does not know how many steps there are. */
  async #slugsOf({ workflowId, version }: WorkflowRun): Promise<string[] | null> {
    try {
      const { document } = await this.#client.getDefinition({ workflowId, version })
      return (document as { steps: { slug: string }[] }).steps.map(({ slug }) => slug)
    } catch {
      return null
    }
  }
}
