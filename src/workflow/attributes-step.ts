import { type AttributeRules, checkAttribute } from '../model/attribute-rules.ts'
import { InvalidInputError } from '../model/errors.ts'
import { encodePayload, type Json } from '../model/json.ts'
import { MAX_ATTRIBUTES_BYTES } from '../model/limits.ts'
import type { Execution } from './execution.ts'

/** Under which the journal keeps what a run set: `$attributes`, `$attributes#2`. */
export const ATTRIBUTES = '$attributes'

/**
 * Sets attributes of the run: of each name the last value counts, and null takes it away.
 * @throws InvalidInputError for a value that a declared attribute does not take; PayloadError
 */
export async function setAttributes(
  x: Execution,
  key: string,
  values: Record<string, Json>,
  rules: AttributeRules,
): Promise<void> {
  const data = x.journal.peek(key).end === null ? encodeValues(values, rules) : null
  const { end } = x.take(key, 'step.setAttributes', 'l')
  if (!end) x.record({ kind: 'l', name: key, data })
  await x.deliver(key)
}

function encodeValues(values: unknown, rules: AttributeRules): string {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new InvalidInputError('step.setAttributes was given no object of values by name.')
  const what = 'the values of step.setAttributes'
  const data = encodePayload(values, { what, maxBytes: MAX_ATTRIBUTES_BYTES }) as string
  const stored = Object.entries(JSON.parse(data) as Record<string, Json>)
  for (const [name, value] of stored) checkAttribute(rules, name, value)
  return data
}
