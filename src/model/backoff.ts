import { type Duration, parseDuration } from './duration.ts'
import { InvalidInputError } from './engine-errors.ts'
import { MAX_ATTEMPTS } from './limits.ts'
import { describeValue } from './text.ts'

/** How often and how fast a failed attempt is repeated. */
export type RetryOptions = {
  /** Counts the first try; default 3, at most 1,000. */
  maxAttempts?: number
  /** How the delay grows per attempt: doubled, by the base, not; default 'exponential'. */
  backoff?: 'exponential' | 'linear' | 'fixed'
  /** Delay after the first failure; default 1 s. */
  baseDelay?: Duration
  /** Longest delay; default 5 min, or the base delay if that is longer. */
  maxDelay?: Duration
  /** Whether the delay is multiplied by a random number from 0.5 to 1; default true. */
  jitter?: boolean
  /** False for an error: no further attempt, as with NonRetryableError. */
  retryIf?: (error: unknown) => boolean
}

/** RetryOptions with every default filled in; delays in milliseconds. */
export type ResolvedRetry = {
  readonly maxAttempts: number
  readonly backoff: 'exponential' | 'linear' | 'fixed'
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  readonly jitter: boolean
  readonly retryIf?: (error: unknown) => boolean
}

/** What nobody configured: 3 attempts, 1 s doubled up to 5 min, with jitter. */
export const DEFAULT_RETRY: ResolvedRetry = Object.freeze({
  maxAttempts: 3,
  backoff: 'exponential',
  baseDelayMs: 1000,
  maxDelayMs: 5 * 60 * 1000,
  jitter: true,
})

/** Where the retry of a step may be set, the strongest first. */
export type RetryLayers = {
  /** Of this call: `step.run(id, fn, { retry })`; false is one attempt. */
  call?: RetryOptions | false | undefined
  /** Of `defineStep`. */
  definition?: RetryOptions | false | undefined
  /** `retry` of the workflow. */
  workflow?: RetryOptions | false | undefined
  /** `retries` of the workflow or of the start: tries after the first. */
  retries?: number | undefined
}

/**
 * The retry of one step: each option from the first layer that sets it, else from the default.
 * @throws InvalidInputError if an option is not valid.
 * @example resolveRetry({ call: { baseDelay: '10 s' }, retries: 4 }).maxAttempts // 5
 */
export function resolveRetry({ call, definition, workflow, retries }: RetryLayers): ResolvedRetry {
  // The usual case, for every step of every run.
  if (call === undefined && definition === undefined && workflow === undefined) {
    return retries === undefined ? DEFAULT_RETRY : { ...DEFAULT_RETRY, ...fromRetries(retries) }
  }
  const merged: RetryOptions = retries === undefined ? {} : fromRetries(retries)
  for (const layer of [workflow, definition, call]) Object.assign(merged, toLayer(layer))
  return complete(merged)
}

/**
 * What is wrong with retry options, for a definition that gathers all its problems; null if
 * nothing is.
 * @example retryOptionsProblem({ maxAttempts: 0 }) // 'The option retry.maxAttempts must be …'
 */
export function retryOptionsProblem(retry: RetryOptions | false): string | null {
  try {
    resolveRetry({ workflow: retry })
    return null
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
}

/**
 * Milliseconds to wait after a failed attempt.
 * @param attempt the one that failed; 1 is the first
 * @param random gives 0 <= x < 1; only called with jitter
 * @example backoffDelay({ ...DEFAULT_RETRY, jitter: false }, 3) // 4000
 */
export function backoffDelay(retry: ResolvedRetry, attempt: number, random = Math.random): number {
  const grown = Math.min(retry.baseDelayMs * growth(retry.backoff, attempt), retry.maxDelayMs)
  return Math.max(1, Math.round(retry.jitter ? grown * (0.5 + random() / 2) : grown))
}

function growth(backoff: ResolvedRetry['backoff'], attempt: number): number {
  if (backoff === 'fixed') return 1
  return backoff === 'linear' ? attempt : 2 ** (attempt - 1)
}

function fromRetries(retries: number): { maxAttempts: number } {
  const valid = Number.isInteger(retries) && retries >= 0 && retries < MAX_ATTEMPTS
  if (!valid) refuse('retries', retries, `an integer from 0 to ${MAX_ATTEMPTS - 1}`)
  return { maxAttempts: retries + 1 }
}

/** The options that a layer sets: an option that is undefined is not set. */
function toLayer(layer: RetryOptions | false | undefined): RetryOptions {
  if (layer === undefined) return {}
  if (layer === false) return { maxAttempts: 1 }
  if (typeof layer !== 'object' || layer === null) refuse('retry', layer, 'an object, or false')
  for (const name of Object.keys(layer)) {
    if (optionNames.has(name)) continue
    const message = `There is no option retry.${name}. Use ${[...optionNames].join(', ')}.`
    throw new InvalidInputError(message, { details: { option: `retry.${name}` } })
  }
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined))
}

const optionNames = new Set([
  'maxAttempts',
  'backoff',
  'baseDelay',
  'maxDelay',
  'jitter',
  'retryIf',
])

function complete(options: RetryOptions): ResolvedRetry {
  const { maxAttempts = 3, backoff = 'exponential', jitter = true, retryIf } = options
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > MAX_ATTEMPTS) {
    refuse('retry.maxAttempts', maxAttempts, `an integer from 1 to ${MAX_ATTEMPTS}`)
  }
  if (!['exponential', 'linear', 'fixed'].includes(backoff)) {
    refuse('retry.backoff', backoff, '"exponential", "linear" or "fixed"')
  }
  if (typeof jitter !== 'boolean') refuse('retry.jitter', jitter, 'true or false')
  if (retryIf !== undefined && typeof retryIf !== 'function') {
    refuse('retry.retryIf', retryIf, 'a function of the error')
  }
  return { maxAttempts, backoff, jitter, ...completeDelays(options), ...(retryIf && { retryIf }) }
}

function completeDelays({ baseDelay, maxDelay }: RetryOptions) {
  const { baseDelayMs: base, maxDelayMs: max } = DEFAULT_RETRY
  const baseDelayMs = baseDelay === undefined ? base : parseDuration(baseDelay)
  const maxDelayMs = maxDelay === undefined ? Math.max(max, baseDelayMs) : parseDuration(maxDelay)
  // A default base above the caller's own maximum is no mistake of the caller's.
  if (baseDelay !== undefined && maxDelayMs < baseDelayMs) {
    refuse('retry.maxDelay', maxDelay, 'at least as long as baseDelay')
  }
  return { baseDelayMs: Math.min(baseDelayMs, maxDelayMs), maxDelayMs }
}

function refuse(option: string, value: unknown, rule: string): never {
  const shown = describeValue(value)
  const message = `The option ${option} must be ${rule}, but is ${shown}. Change it.`
  throw new InvalidInputError(message, { details: { option, value: shown } })
}
