import { type RetryOptions, retryOptionsProblem } from '../model/backoff.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { DefinitionError } from '../model/errors.ts'
import { encodePayload, type Json } from '../model/json.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import type { FlowHandler, FlowStep, FlowWork } from './flow-step.ts'
import type { MoreRetry, RuntimeOptions, Seconds } from './inference.ts'
import type { StepList } from './step-list.ts'

/** What a step of any type may be given. */
export type StepSpec = RuntimeOptions &
  MoreRetry & {
    slug: string
    dependsOn?: readonly string[]
    array?: string
    startDelay?: Seconds
    if?: unknown
    ifNot?: unknown
    whenUnmet?: string
    whenExhausted?: string
    queue?: string
    undo?: FlowHandler
  }

const allNames: OptionNames<StepSpec> = {
  ...{ slug: true, dependsOn: true, if: true, ifNot: true, whenUnmet: true, whenExhausted: true },
  ...{ maxAttempts: true, baseDelay: true, maxDelay: true, backoff: true, jitter: true },
  ...{ timeout: true, startDelay: true, undo: true, queue: true, array: true },
}
const namesOfMap = { ...allNames, concurrency: true, blockSize: true }
const { array: _, ...namesOfOthers } = allNames

const SLUG = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const MODES = ['fail', 'skip', 'skip-cascade']

/** The slug of a flow or step, once it is known to be one. @throws DefinitionError */
export function checkSlug(what: string, slug: unknown): string {
  if (typeof slug === 'string' && SLUG.test(slug) && slug !== 'run') return slug
  throw new DefinitionError(
    `${JSON.stringify(slug) ?? String(slug)} is no slug of a ${what}: it must be 1 to 128 letters, digits or "_", with no digit first, and not "run".`,
    { details: { slug: String(slug) }, issues: [{ message: 'not a slug', path: ['slug'] }] },
  )
}

/** A step, read from what its author gave. @throws DefinitionError that names the step and all that is wrong */
export function readStep(
  flow: string,
  known: Pick<StepList, 'has'>,
  spec: StepSpec,
  work: FlowWork,
  handler: FlowHandler | null,
): FlowStep {
  const slug = checkSlug('step', spec.slug)
  const problems: string[] = []
  const read = <T>(name: string, work: () => T): T | null => {
    try {
      return work()
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message.replace(/\.$/, '')}`)
      return null
    }
  }
  const names = work.type === 'map' ? namesOfMap : namesOfOthers
  read('options', () => checkOptionNames(`a step of type ${work.type}`, spec, names))
  if (known.has(slug)) problems.push('there is a step of this slug already')
  const dependsOn = spec.array === undefined ? [...(spec.dependsOn ?? [])] : [spec.array]
  for (const id of dependsOn) {
    if (!known.has(id)) problems.push(`it depends on "${id}", which is no step before it`)
  }
  if (new Set(dependsOn).size < dependsOn.length) problems.push('it depends on a step twice')
  const isHandled = ['single', 'map', 'invoke', 'loop'].includes(work.type)
  if (isHandled && typeof handler !== 'function')
    problems.push(`its handler is ${handler === null ? 'null' : typeof handler}, not a function`)
  if (spec.undo !== undefined && typeof spec.undo !== 'function')
    problems.push(`its undo is ${typeof spec.undo}, not a function`)
  const elsewhere = spec.queue !== undefined || (work.type === 'map' && work.blockSize !== null)
  if (elsewhere && spec.undo !== undefined)
    problems.push(
      'a step with a queue or a blockSize is done by runs of its own, and cannot have an undo',
    )
  if (spec.queue !== undefined && !['single', 'map'].includes(work.type))
    problems.push(`a ${work.type} has no handler of its own, and so no queue`)
  const step: FlowStep = {
    ...{ id: slug, dependsOn, work, handler, options: spec },
    retry: read('retry', () => readRetry(spec)),
    timeoutMs: read('timeout', () => secondsOf(spec.timeout)),
    startDelayMs:
      read('startDelay', () => (spec.startDelay === 0 ? 0 : secondsOf(spec.startDelay))) ?? 0,
    condition: read('condition', () => readCondition(spec)),
    whenUnmet: read('whenUnmet', () => readMode(spec.whenUnmet ?? 'skip')) ?? 'skip',
    whenExhausted: read('whenExhausted', () => readMode(spec.whenExhausted ?? 'fail')) ?? 'fail',
    queue: read('queue', () => (spec.queue === undefined ? null : checkName('queue', spec.queue))),
    undo: spec.undo ?? null,
  }
  if (spec.whenUnmet !== undefined && step.condition === null)
    problems.push('whenUnmet needs a condition: give if or ifNot')
  if (problems.length === 0) return Object.freeze(step)
  throw new DefinitionError(
    `Step "${slug}" of flow "${flow}" is not valid: ${problems.join('; ')}.`,
    {
      workflowId: flow,
      details: { step: slug },
      issues: problems.map((message) => ({ message, path: [slug] })),
    },
  )
}

/** Milliseconds; null where nothing is said. A bare number is seconds. @throws InvalidInputError */
export function secondsOf(value: Seconds | undefined): number | null {
  if (value === undefined) return null
  return parseDuration(typeof value === 'number' ? value * 1000 : value)
}

/** @throws InvalidInputError */
export function readRetry(spec: RuntimeOptions & MoreRetry): RetryOptions | null {
  const { maxAttempts, baseDelay, maxDelay, backoff, jitter } = spec
  const retry: RetryOptions = {
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(baseDelay === undefined ? {} : { baseDelay: secondsOf(baseDelay) as Duration }),
    ...(maxDelay === undefined ? {} : { maxDelay: secondsOf(maxDelay) as Duration }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(jitter === undefined ? {} : { jitter }),
  }
  if (Object.keys(retry).length === 0) return null
  const problem = retryOptionsProblem(retry)
  if (problem !== null) throw new Error(problem)
  return retry
}

function readMode(mode: string): 'fail' | 'skip' | 'skip-cascade' {
  if (MODES.includes(mode)) return mode as 'fail'
  throw new Error(`${JSON.stringify(mode)} is not 'fail', 'skip' or 'skip-cascade'`)
}

/** Patterns are compared with what is stored, so they are read as they would be. @throws PayloadError */
function readCondition({ if: wanted, ifNot: unwanted }: StepSpec): FlowStep['condition'] {
  if (wanted === undefined && unwanted === undefined) return null
  return {
    ...(wanted === undefined ? {} : { if: patternOf('if', wanted) }),
    ...(unwanted === undefined ? {} : { ifNot: patternOf('ifNot', unwanted) }),
  }
}

function patternOf(name: string, pattern: unknown): Json {
  const text = encodePayload(pattern, { what: `the pattern of ${name}` })
  if (text === null) throw new Error(`the pattern of ${name} is nothing that JSON has`)
  return JSON.parse(text) as Json
}
