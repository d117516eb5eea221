import { type Duration, parseDuration } from './duration.ts'
import { InvalidInputError } from './errors.ts'
import { MAX_LIMIT, MAX_PATHS, MAX_RULES } from './limits.ts'
import { checkOptionNames } from './options.ts'
import { checkPath } from './path.ts'

/** Which runs share a limit: those with the same values at these paths; without any all of them. */
export type KeyPaths = string | string[]

/** Limits as they are written: of a workflow, or of a queue. */
export type Limits = {
  /**
   * Runs that workers have at any moment: in all, or for each key; of several all hold. A run that waits, sleeps or
   * backs off has no place.
   */
  concurrency?: number | OneOrMany<{ limit: number; key?: KeyPaths }>
  /**
   * Runs that begin in a period, in all or for each key: a bucket of `burst` tokens (default: `limit`), filled
   * evenly. What is too much waits; a run that has begun is past it.
   */
  rateLimit?: OneOrMany<{ limit: number; period: Duration; burst?: number; key?: KeyPaths }>
  /**
   * Runs with different keys take turns, however many of each wait; with `weight`, a path to a number from
   * 0.01 to 1000 (default 1), in that proportion. Keys of other limits take turns as well.
   */
  fairness?: { key: KeyPaths; weight?: string }
}

type OneOrMany<T> = T | T[]

/** Limits as the kernel keeps them. */
export type LimitRules = {
  readonly concurrency?: readonly { limit: number; key?: readonly string[] }[]
  readonly rate?: readonly {
    limit: number
    period_ms: number
    burst?: number
    key?: readonly string[]
  }[]
  readonly fairness?: { key: readonly string[]; weight?: string }
}

/**
 * The rules in the kernel's form; an empty object for none.
 * @throws InvalidInputError that names the rule and its value
 * @example parseLimits({ concurrency: [{ limit: 10 }, { limit: 2, key: 'customer.id' }] })
 */
export function parseLimits({ concurrency, rateLimit, fairness }: Limits): LimitRules {
  const slots = typeof concurrency === 'number' ? [{ limit: concurrency }] : many(concurrency)
  const rates = many(rateLimit)
  for (const [name, rules] of [
    ['concurrency', slots],
    ['rateLimit', rates],
  ] as const) {
    if (rules.length > MAX_RULES)
      throw new InvalidInputError(
        `${name} has ${rules.length} rules; at most ${MAX_RULES} are allowed.`,
      )
  }
  return {
    ...(slots.length === 0 ? {} : { concurrency: slots.map(parseSlots) }),
    ...(rates.length === 0 ? {} : { rate: rates.map(parseRate) }),
    ...(fairness === undefined ? {} : { fairness: parseFairness(fairness) }),
  }
}

function many<T>(value: OneOrMany<T> | undefined): T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function parseSlots(rule: { limit: number; key?: KeyPaths }) {
  checkOptionNames('concurrency', rule, { limit: true, key: true })
  return { limit: whole('concurrency', 'limit', rule.limit), ...parseKey('concurrency', rule.key) }
}

function parseRate(rule: { limit: number; period: Duration; burst?: number; key?: KeyPaths }) {
  checkOptionNames('rateLimit', rule, { limit: true, period: true, burst: true, key: true })
  return {
    limit: whole('rateLimit', 'limit', rule.limit),
    period_ms: Math.ceil(parseDuration(rule.period)),
    ...(rule.burst === undefined ? {} : { burst: whole('rateLimit', 'burst', rule.burst) }),
    ...parseKey('rateLimit', rule.key),
  }
}

function parseFairness(rule: NonNullable<Limits['fairness']>) {
  checkOptionNames('fairness', rule, { key: true, weight: true })
  const { key } = parseKey('fairness', rule.key)
  if (key === undefined)
    throw new InvalidInputError("fairness needs a key: a path into the input, like 'customer.id'.")
  if (rule.weight === undefined) return { key }
  checkPath('fairness.weight', rule.weight)
  return { key, weight: rule.weight }
}

/**
 * The paths of a key; without any: none.
 * @throws InvalidInputError
 */
export function parseKey(what: string, key: KeyPaths | undefined): { key?: string[] } {
  if (key === undefined) return {}
  const paths = [key].flat()
  if (paths.length === 0 || paths.length > MAX_PATHS)
    throw new InvalidInputError(
      `The key of ${what} has ${paths.length} paths; 1 to ${MAX_PATHS} are allowed.`,
    )
  for (const path of paths) checkPath(`${what}.key`, path)
  return { key: paths }
}

function whole(what: string, name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_LIMIT)
    return value as number
  throw new InvalidInputError(
    `${what}.${name} is ${String(value)}; it must be a whole number from 1 to 1,000,000.`,
  )
}
