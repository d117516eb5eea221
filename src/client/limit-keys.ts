import type { ResolvedRoute } from '../kernel/definitions.ts'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_KEY } from '../model/limits.ts'
import { atPath } from '../model/path.ts'

/** What a run's limits need to know of its input, as it is stored with the run. */
export type LimitKeys = {
  readonly keys?: KeyValues
  readonly weight?: number
}

/**
 * The values at the paths of the limits that hold for a start. What SQL does as key_meta.
 * @param input as it is stored: after its trip through JSON
 * @throws InvalidInputError for a path that leads nowhere, to an object or array, or to a text of more than 256 characters
 */
export function limitKeys(
  workflow: string,
  { keys, weight }: Pick<ResolvedRoute, 'keys' | 'weight'>,
  input: unknown,
): LimitKeys {
  if (keys === null) return {}
  return { keys: keysAt(workflow, keys, input), ...weightOf(workflow, weight, input) }
}

/** A key: what is at its paths. */
export type KeyValues = Record<string, string | number | boolean | null>

/**
 * The values at some paths of an input.
 * @param input as it is stored: after its trip through JSON
 * @throws InvalidInputError for a path that leads nowhere, or to an object or array
 */
export function keysAt(workflow: string, paths: readonly string[], input: unknown): KeyValues {
  return Object.fromEntries(paths.map((path) => [path, keyAt(workflow, path, input)]))
}

function keyAt(workflow: string, path: string, input: unknown): KeyValues[string] {
  const value = atPath(input, path)
  const isLong = typeof value === 'string' && hasMore(value, MAX_KEY)
  if (!isLong && (value === null || ['string', 'number', 'boolean'].includes(typeof value)))
    return value as KeyValues[string]
  const found =
    value === undefined
      ? `there is nothing at "${path}"`
      : `at "${path}" there is ${isLong ? `a text of more than ${MAX_KEY} characters` : `an ${kindOf(value)}`}`
  throw new InvalidInputError(
    `The input of workflow "${workflow}" does not have its key: ${found}. Give a text, number, boolean or null there, or take the key out of the rules of the workflow and of its queue.`,
    { workflowId: workflow, details: { path } },
  )
}

/** Characters as Postgres counts them: a surrogate pair is one. */
function hasMore(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || [...text].length > most)
}

function weightOf(workflow: string, path: string | null, input: unknown): { weight?: number } {
  const weight = path === null ? undefined : atPath(input, path)
  if (weight === undefined || weight === null) return {}
  if (typeof weight === 'number' && weight >= 0.01 && weight <= 1000) return { weight }
  throw new InvalidInputError(
    `The input of workflow "${workflow}" has the weight ${JSON.stringify(weight)} at "${path}"; it must be a number from 0.01 to 1000.`,
    { workflowId: workflow, details: { path } },
  )
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : 'object'
}
