import type { Definition, RunHandle, StartDefaults } from '../definition/definition.ts'
import { checkEventKey, isEvent } from '../definition/event.ts'
import type { LeasedRun, RunHost } from '../definition/host.ts'
import { type AttributeOption, parseAttributes } from '../model/attribute-rules.ts'
import { retryOptionsProblem } from '../model/backoff.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { DefinitionError, InvalidInputError } from '../model/errors.ts'
import { parseLimits } from '../model/limit-rules.ts'
import { MAX_ATTEMPTS, MAX_PRIORITY } from '../model/limits.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { parseSchedules } from '../model/schedule-rules.ts'
import type { Schema, SchemaIn } from '../model/schema.ts'
import { parseStartRules } from '../model/start-rules.ts'
import { execute } from './execute.ts'
import type { WorkflowPlugin } from './plugin.ts'
import type { StepDefaults } from './step-maker.ts'
import { type AllWorkflowOptions, workflowOptionNames } from './workflow-options.ts'

/** A durable function. */
export interface WorkflowDefinition<S extends Schema = Schema, O = unknown>
  extends Definition<SchemaIn<S>, O> {
  readonly kind: 'function'
  readonly inputSchema?: S | undefined
  readonly handler: (ctx: never) => unknown
  readonly options: AllWorkflowOptions<S>
  /** Those of its factory, in order. */
  readonly plugins: readonly WorkflowPlugin[]
}

/** What workflow() does; @see WorkflowFactory */
export function defineWorkflow(
  id: string,
  handler: (ctx: never) => unknown,
  options: AllWorkflowOptions,
  plugins: readonly WorkflowPlugin[],
): WorkflowDefinition {
  checkDefinition(id, handler, options)
  const schedules = parseSchedules(options.schedule)
  const defaults = startDefaults(options)
  const rules = { inputSchema: options.inputSchema, attributes: defaults.attributes ?? {} }
  const program = { id, handler, options, plugins, rules, defaults: stepDefaults(options) }
  return Object.freeze({
    kind: 'function' as const,
    id,
    version: options.version ?? '1',
    inputSchema: options.inputSchema,
    handler,
    options,
    plugins,
    defaults,
    ...(schedules.length === 0 ? {} : { schedules }),
    run: (lease: LeasedRun, host: RunHost): RunHandle => execute(program, lease, host),
  })
}

function stepDefaults({ retry, retries }: AllWorkflowOptions): StepDefaults {
  return {
    ...(retry === undefined ? {} : { retry }),
    ...(retries === undefined ? {} : { retries }),
  }
}

function startDefaults(options: AllWorkflowOptions): StartDefaults {
  const { queue, priority, retries, timeout, retention, startOn } = options
  const limits = parseLimits(options)
  const rules = parseStartRules(options)
  const attributes = parseAttributes(options.attributes as Record<string, AttributeOption>)
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority }),
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration(timeout) }),
    ...(retention === undefined ? {} : { retentionMs: parseRetention(retention) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(Object.keys(rules).length === 0 ? {} : { rules }),
    ...(startOn === undefined ? {} : { startOn: parseStartOn(startOn) }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

/** @throws InvalidInputError */
function parseRetention(retention: NonNullable<AllWorkflowOptions['retention']>) {
  const ends = ['completed', 'failed', 'cancelled'] as const
  const isByEnd = typeof retention === 'object' && ends.some((end) => end in retention)
  if (!isByEnd) {
    const ms = parseDuration(retention as Duration)
    return { completed: ms, failed: ms, cancelled: ms }
  }
  const given = retention as { [end in (typeof ends)[number]]?: Duration }
  checkOptionNames('retention', given, { completed: true, failed: true, cancelled: true })
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([end, value]) => [end, parseDuration(value)]))
}

/** A batch has the inputs of many: a limit for each key would hold for that of the first alone. @throws InvalidInputError */
function checkBatch(options: AllWorkflowOptions): void {
  if (options.batch === undefined) return
  const { concurrency = [], rate = [], fairness } = parseLimits(options)
  if (fairness || [...concurrency, ...rate].some(({ key }) => key !== undefined))
    throw new InvalidInputError('The limits of a workflow with batch cannot have keys.')
}

/** @throws InvalidInputError */
function parseStartOn(startOn: NonNullable<AllWorkflowOptions['startOn']>) {
  return [startOn].flat().map((one) => {
    if (!isEvent(one?.event))
      throw new InvalidInputError('startOn names no event. Give { event }, of defineEvent.')
    checkOptionNames('startOn', one, { event: true, key: true })
    const { event, key } = one
    return {
      event: event.name,
      ...(key === undefined ? {} : { key: checkEventKey(event.name, key) }),
    }
  })
}

/** Every problem of a definition at once. */
function checkDefinition(id: string, handler: unknown, options: AllWorkflowOptions): void {
  const problems: string[] = []
  const check = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  check(() => checkName('workflow id', id))
  check(() => checkOptionNames('a workflow', options, workflowOptionNames))
  check(() => checkName('version', options.version ?? '1'))
  check(() => checkName('queue', options.queue ?? 'default'))
  check(() => options.timeout === undefined || parseDuration(options.timeout))
  check(() => options.retention === undefined || parseRetention(options.retention))
  check(() => parseLimits(options))
  check(() => parseStartRules(options))
  check(() => checkBatch(options))
  check(() => options.startOn === undefined || parseStartOn(options.startOn))
  check(() => parseSchedules(options.schedule))
  check(() => parseAttributes(options.attributes as Record<string, AttributeOption>))
  if (typeof handler !== 'function')
    problems.push(`The handler is ${typeof handler}, not a function.`)
  const { priority = 0, retries = 0, maxSteps = 1 } = options
  if (!Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY)
    problems.push(`Priority ${priority} is not a whole number from -1000 to 1000.`)
  if (!Number.isInteger(retries) || retries < 0 || retries >= MAX_ATTEMPTS)
    problems.push(`retries ${retries} is not a whole number from 0 to ${MAX_ATTEMPTS - 1}.`)
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    problems.push(`maxSteps ${maxSteps} is not a whole number above 0.`)
  const retry = options.retry && retryOptionsProblem(options.retry)
  if (retry) problems.push(retry)
  if (problems.length === 0) return
  throw new DefinitionError(`Workflow "${id}" is not valid: ${problems.join(' ')}`, {
    workflowId: id,
    issues: problems.map((message) => ({ message })),
  })
}
