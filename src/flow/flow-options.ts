import type { Duration } from '../model/duration.ts'
import { DefinitionError } from '../model/errors.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import type { Schema } from '../model/schema.ts'
import {
  type AllWorkflowOptions,
  type WorkflowOptions,
  workflowOptionNames,
} from '../workflow/workflow-options.ts'
import type { MoreRetry, RuntimeOptions, Seconds } from './inference.ts'
import { checkSlug, readRetry, secondsOf } from './read-step.ts'

/**
 * Of a flow: how its steps are tried (`maxAttempts`, `baseDelay`, `timeout` …, unless a step says otherwise), and
 * what every workflow takes, limits, rules of starts, schedules and the like.
 */
export type FlowOptions<I = unknown> = {
  /** Letters, digits and `_`, no digit first; at most 128. Runs are started by it. */
  slug: string
  /** Default: made of the shape of the flow. */
  version?: string
  /** Of a whole run, from its start; enforced; a number is seconds. Default: none. `timeout` is that of each step. */
  runTimeout?: Seconds
} & RuntimeOptions &
  MoreRetry &
  Omit<
    WorkflowOptions<Schema<I, I>>,
    'version' | 'timeout' | 'retries' | 'retry' | 'maxSteps' | 'outputSchema'
  >

const {
  retries: _r,
  retry: _y,
  maxSteps: _s,
  outputSchema: _o,
  ...ofWorkflows
} = workflowOptionNames

const names: OptionNames<FlowOptions> = {
  ...ofWorkflows,
  ...{ slug: true, version: true, runTimeout: true, timeout: true, maxAttempts: true },
  ...{ baseDelay: true, maxDelay: true, backoff: true, jitter: true },
}

/** @throws DefinitionError */
export function checkFlowOptions(options: FlowOptions): void {
  const slug = checkSlug('flow', options?.slug)
  try {
    checkOptionNames(`flow "${slug}"`, options, names)
    readRetry(options)
    secondsOf(options.timeout)
    secondsOf(options.runTimeout)
  } catch (error) {
    const { message } = error as Error
    throw new DefinitionError(`Flow "${slug}" is not valid: ${message}`, {
      workflowId: slug,
      issues: [{ message }],
    })
  }
}

/** What workflow() takes of them. The time-out of steps goes to each. */
export function workflowOptionsOf<I>(options: FlowOptions<I>): AllWorkflowOptions {
  const { slug: _s, runTimeout, maxAttempts: _a, baseDelay: _b, maxDelay: _m, ...more } = options
  const { backoff: _k, jitter: _j, timeout: _t, ...rest } = more
  const retry = readRetry(options)
  return {
    ...(rest as AllWorkflowOptions),
    ...(retry === null ? {} : { retry }),
    ...(runTimeout === undefined ? {} : { timeout: secondsOf(runTimeout) as Duration }),
  }
}
