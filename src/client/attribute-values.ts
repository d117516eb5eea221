import { type AttributeRules, checkAttribute } from '../model/attribute-rules.ts'
import { InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload, type Json } from '../model/json.ts'
import { MAX_ATTRIBUTES_BYTES } from '../model/limits.ts'
import { atPath } from '../model/path.ts'

/**
 * The attributes of a start: what is at the paths of the workflow's attributes in the input, and what the caller
 * gave, which wins. What SQL does as fill_attributes.
 * @param input as it is stored: after its trip through JSON
 * @returns undefined where there are none
 * @throws InvalidInputError for a value of another type than the attribute's
 */
export function fillAttributes(
  rules: AttributeRules | undefined,
  given: Record<string, Json> | undefined,
  input: unknown,
): Record<string, Json> | undefined {
  if (rules === undefined) return given
  const found = Object.entries(rules).flatMap(([name, { path }]) => {
    const value = path === undefined ? undefined : atPath(input, path)
    return value === undefined || value === null ? [] : [[name, value as Json]]
  })
  const stored = given && (decodePayload(encodeAttributes(given)) as Record<string, Json>)
  const all: Record<string, Json> = { ...Object.fromEntries(found), ...stored }
  for (const [name, value] of Object.entries(all)) checkAttribute(rules, name, value)
  return Object.keys(all).length === 0 ? given : all
}

/**
 * They are stored beside the run: one that cannot be would fail the starts of others that are sent with it.
 * @throws InvalidInputError, PayloadError
 */
export function encodeAttributes(attributes: unknown): string {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    throw new InvalidInputError('attributes must be an object of values by name.')
  }
  const what = 'the attributes of a run'
  return encodePayload(attributes, { what, maxBytes: MAX_ATTRIBUTES_BYTES }) as string
}
