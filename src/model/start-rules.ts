import { type Duration, parseDuration } from './duration.ts'
import { InvalidInputError } from './errors.ts'
import { type KeyPaths, parseKey } from './limit-rules.ts'
import { MAX_BATCH } from './limits.ts'
import { checkOptionNames } from './options.ts'

/** What a start means while a run with its key is alive. */
export type OnConflict = 'reject' | 'replace' | 'join'

/** Of a workflow whose runs take the inputs of several starts. */
export type BatchOptions = {
  /** Inputs that a run takes at most, 2 to 1,000: then it begins. They are at most 1 MiB together. */
  size: number
  /** So long after the first start it begins, however many it has. */
  timeout: Duration
}

/** Rules of starts as they are written. */
export type StartRuleOptions = {
  /** One live run for a key. */
  singleton?: { onConflict: OnConflict; key?: KeyPaths }
  /** One start for a key in a period; what is too much is dropped, and gives the last run. */
  throttle?: { period: Duration; key?: KeyPaths }
  /** Starts that come within a time go into one run, up to a number of them. */
  batch?: BatchOptions | undefined
  /** A run begins when its key was quiet for a period, with the input of the last start. */
  debounce?: { period: Duration; maxWait?: Duration; key?: KeyPaths }
}

/** Rules of starts as the kernel keeps them: in a definition with paths as keys, in a start with values. */
export type StartRules<K = readonly string[]> = {
  readonly singleton?: { readonly on: OnConflict | 'fail'; readonly key: K }
  readonly throttle?: { readonly period_ms: number; readonly key: K }
  readonly debounce?: { readonly period_ms: number; readonly max_ms?: number; readonly key: K }
  readonly batch?: { readonly size: number; readonly timeout_ms: number; readonly key: K }
}

const conflicts: readonly string[] = ['reject', 'replace', 'join']

/**
 * The rules in the kernel's form; an empty object for none.
 * @throws InvalidInputError that names the rule and its value
 * @example parseStartRules({ singleton: { onConflict: 'join', key: 'customer.id' } })
 */
export function parseStartRules(options: StartRuleOptions): StartRules {
  const { singleton, throttle, debounce, batch } = options
  if (batch && (singleton || throttle || debounce))
    throw new InvalidInputError('batch excludes singleton, throttle and debounce.')
  if (throttle && debounce)
    throw new InvalidInputError(
      'throttle and debounce exclude each other: the first start of a period counts, or the last.',
    )
  const rules = {
    ...(singleton === undefined ? {} : { singleton: parseSingleton(singleton) }),
    ...(throttle === undefined ? {} : { throttle: parseThrottle(throttle) }),
    ...(debounce === undefined ? {} : { debounce: parseDebounce(debounce) }),
    ...(batch === undefined ? {} : { batch: parseBatch(batch) }),
  }
  const strange =
    rules.debounce && rules.singleton?.key.find((p) => !rules.debounce?.key.includes(p))
  if (strange !== undefined)
    throw new InvalidInputError(
      `singleton.key has "${strange}", which debounce.key has not: the input of a run that waits may be replaced, and it must keep its key.`,
    )
  return rules
}

function parseSingleton(rule: NonNullable<StartRuleOptions['singleton']>) {
  checkOptionNames('singleton', rule, { onConflict: true, key: true })
  if (!conflicts.includes(rule.onConflict))
    throw new InvalidInputError(
      `singleton.onConflict is ${JSON.stringify(rule.onConflict)}; it must be 'reject', 'replace' or 'join'.`,
    )
  return { on: rule.onConflict, ...keyOf('singleton', rule.key) }
}

function parseThrottle(rule: NonNullable<StartRuleOptions['throttle']>) {
  checkOptionNames('throttle', rule, { period: true, key: true })
  return { period_ms: Math.ceil(parseDuration(rule.period)), ...keyOf('throttle', rule.key) }
}

function parseDebounce(rule: NonNullable<StartRuleOptions['debounce']>) {
  checkOptionNames('debounce', rule, { period: true, maxWait: true, key: true })
  const period_ms = Math.ceil(parseDuration(rule.period))
  const key = keyOf('debounce', rule.key)
  if (rule.maxWait === undefined) return { period_ms, ...key }
  const max_ms = Math.ceil(parseDuration(rule.maxWait))
  if (max_ms < period_ms)
    throw new InvalidInputError(
      `debounce.maxWait (${max_ms} ms) is less than its period (${period_ms} ms).`,
    )
  return { period_ms, max_ms, ...key }
}

function parseBatch(rule: BatchOptions) {
  checkOptionNames('batch', rule, { size: true, timeout: true })
  if (!Number.isInteger(rule.size) || rule.size < 2 || rule.size > MAX_BATCH)
    throw new InvalidInputError(
      `batch.size is ${String(rule.size)}; it must be a whole number from 2 to ${MAX_BATCH}.`,
    )
  return { size: rule.size, timeout_ms: Math.ceil(parseDuration(rule.timeout)), key: [] }
}

function keyOf(what: string, key: KeyPaths | undefined): { key: readonly string[] } {
  return { key: parseKey(what, key).key ?? [] }
}
