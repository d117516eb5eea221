import type { LeasedRun, RunHost } from '../definition/host.ts'
import { decodePayload } from '../model/json.ts'

/** What a hook is told of a run. */
export type RunInfo = {
  runId: string
  workflowId: string
  version: string
  tenant: string
  attempt: number
}
type StepInfo = RunInfo & { stepId: string }

/**
 * Adds methods to `step`, and looks on. Hooks are called in the order in which plugins were added,
 * each is awaited for at most 5 s, and what one throws is logged: a plugin never harms a run. They
 * are called for what happens, not for its replay: `beforeWorkflow` once for each attempt of the
 * handler. Those of steps are called for undos too, with the `stepId` `$undo:charge`.
 * @example const mail = { name: 'mail', methods: (step) => ({ send: (id: string, to: string) => step.run(id, () => post(to)) }) }
 */
// biome-ignore lint/suspicious/noExplicitAny: plugins of all bases stand in one list
export interface WorkflowPlugin<Base = any, Ext = object> {
  name: string
  methods?: (step: Base) => Ext
  beforeWorkflow?(run: RunInfo): unknown
  afterWorkflow?(run: RunInfo, output: unknown): unknown
  onWorkflowError?(run: RunInfo, error: unknown): unknown
  beforeStep?(step: StepInfo): unknown
  afterStep?(step: StepInfo, output: unknown): unknown
  onStepError?(step: StepInfo, error: unknown): unknown
}

const HOOK_TIMEOUT_MS = 5000
const names = [
  'beforeWorkflow',
  'afterWorkflow',
  'onWorkflowError',
  'beforeStep',
  'afterStep',
  'onStepError',
] as const

/**
 * The hooks of a run's plugins; null where there are none: then not even a promise is made.
 * @param attempt of the handler: 1, 2, …
 */
export function hooksOf(
  plugins: readonly WorkflowPlugin[],
  lease: LeasedRun,
  host: RunHost,
  attempt: number,
): Hooks | null {
  const looking = plugins.filter((plugin) => names.some((name) => plugin[name] !== undefined))
  return looking.length > 0 ? new Hooks(looking, lease, host, attempt) : null
}

/** The hooks of all plugins of a run, one call each. */
export class Hooks {
  readonly #plugins: readonly WorkflowPlugin[]
  readonly #run: RunInfo
  readonly #host: RunHost

  constructor(
    plugins: readonly WorkflowPlugin[],
    lease: LeasedRun,
    host: RunHost,
    attempt: number,
  ) {
    this.#plugins = plugins
    const { id: runId, workflowId, version, tenant } = lease
    this.#run = { runId, workflowId, version, tenant, attempt }
    this.#host = host
  }

  async beforeWorkflow(): Promise<void> {
    await this.#each('beforeWorkflow', (plugin) => plugin.beforeWorkflow?.(this.#run))
  }

  async afterWorkflow(output: string | null): Promise<void> {
    await this.#each('afterWorkflow', (plugin) =>
      plugin.afterWorkflow?.(this.#run, decodePayload(output)),
    )
  }

  async workflowFailed(error: unknown): Promise<void> {
    await this.#each('onWorkflowError', (plugin) => plugin.onWorkflowError?.(this.#run, error))
  }

  async beforeStep(stepId: string): Promise<void> {
    await this.#each('beforeStep', (plugin) => plugin.beforeStep?.({ ...this.#run, stepId }))
  }

  async afterStep(stepId: string, output: unknown): Promise<void> {
    await this.#each('afterStep', (plugin) => plugin.afterStep?.({ ...this.#run, stepId }, output))
  }

  async stepFailed(stepId: string, error: unknown): Promise<void> {
    await this.#each('onStepError', (plugin) =>
      plugin.onStepError?.({ ...this.#run, stepId }, error),
    )
  }

  async #each(hook: string, call: (plugin: WorkflowPlugin) => unknown): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await withinTime(async () => call(plugin))
      } catch (error) {
        this.#host.logger.error(`plugin "${plugin.name}": ${hook} failed; the run goes on`, error)
      }
    }
  }
}

async function withinTime(work: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${HOOK_TIMEOUT_MS} ms`)),
      HOOK_TIMEOUT_MS,
    )
  })
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
