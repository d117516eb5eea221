import type { RunHandle } from '../definition/definition.ts'
import type { LeasedRun, RunHost } from '../definition/host.ts'
import { resolveRetry } from '../model/backoff.ts'
import { InvalidInputError, PayloadError, StepFailedError } from '../model/errors.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { MAX_STEPS } from '../model/limits.ts'
import { validate } from '../model/schema.ts'
import { Execution } from './execution.ts'
import { outsideSteps } from './inside.ts'
import { type Hooks, hooksOf, type WorkflowPlugin } from './plugin.ts'
import { retryDelay } from './retry-delay.ts'
import type { StepDefaults } from './step-maker.ts'
import type { StepBaseContext } from './step-types.ts'
import { listSteps, type StepRules, Steps } from './steps.ts'
import { HandlerContext } from './workflow-context.ts'
import type { AllWorkflowOptions } from './workflow-options.ts'

/** What is executed: made once for all runs of a workflow. */
export type Program = {
  readonly id: string
  readonly handler: (ctx: never) => unknown
  readonly options: AllWorkflowOptions
  readonly plugins: readonly WorkflowPlugin[]
  readonly rules: StepRules
  readonly defaults: StepDefaults
}

/** Begins a leased run, or goes on with it: the handler from its start, over what is recorded. */
export function execute(program: Program, lease: LeasedRun, host: RunHost): RunHandle {
  const x = new Execution(lease, host, program.options.maxSteps ?? MAX_STEPS)
  const hooks = hooksOf(program.plugins, lease, host, x.attempt)
  call(x, program, hooks).then(
    (output) => x.settle({ ok: true, output }),
    (error: unknown) =>
      x.settle({ ok: false, failure: { error, retryMs: retryMs(x, program, error) } }),
  )
  return x
}

async function call(x: Execution, program: Program, hooks: Hooks | null): Promise<string | null> {
  const { options, plugins } = program
  try {
    if (hooks && x.journal.fresh && !x.ending) await hooks.beforeWorkflow()
    const given = decodePayload(x.lease.input)
    // most have neither, and are not kept waiting
    const input = options.inputSchema || options.batch ? await readInput(program, given) : given
    const step = new Steps(x, stepDefaults(x, program), hooks, program.rules)
    const context = new HandlerContext(x, input, extend(step, plugins))
    const value = await outsideSteps(() => program.handler(context as never))
    const output = options.outputSchema
      ? await validate(options.outputSchema, value, `the output of workflow "${program.id}"`)
      : value
    const text = encodePayload(output, { what: `the output of workflow "${program.id}"` })
    if (hooks && !x.over && !x.ending) await hooks.afterWorkflow(text)
    return text
  } catch (error) {
    if (hooks && !x.over && !x.ending) await hooks.workflowFailed(error)
    throw error
  }
}

/** What the schema makes of it; of a batch of each input. @throws InvalidInputError */
async function readInput({ id, options }: Program, given: unknown): Promise<unknown> {
  const what = `the input of workflow "${id}"`
  const { inputSchema, batch } = options
  if (batch && !Array.isArray(given))
    throw new InvalidInputError(`It takes batches, but ${what} is no array.`, { workflowId: id })
  if (!inputSchema) return given
  if (!batch) return validate(inputSchema, given, what)
  return Promise.all((given as unknown[]).map((one) => validate(inputSchema, one, what)))
}

/** Each plugin sees the methods of those before it. */
function extend(steps: Steps, plugins: readonly WorkflowPlugin[]): StepBaseContext {
  if (!plugins.some((plugin) => plugin.methods)) return steps as unknown as StepBaseContext
  let extended = listSteps(steps)
  for (const plugin of plugins) {
    if (plugin.methods) extended = { ...extended, ...(plugin.methods(extended) as object) }
  }
  return extended
}

/**
 * When the handler itself shall be tried again; null if the run fails. An error of a step has had
 * its attempts.
 */
function retryMs(x: Execution, program: Program, error: unknown): number | null {
  if (
    error instanceof StepFailedError ||
    error instanceof InvalidInputError ||
    error instanceof PayloadError
  )
    return null
  const { retry: workflow, retries } = stepDefaults(x, program)
  const retry = resolveRetry({ workflow, retries })
  return retryDelay(retry, error, x.journal.handlerFailures + 1, x.host.now())
}

/** What the start said of retries wins over what the workflow says. */
function stepDefaults(x: Execution, { options, defaults }: Program): StepDefaults {
  const { retries } = x.lease
  if (retries === null) return defaults
  return { retry: { ...options.retry, maxAttempts: retries + 1 } }
}
