import { createHash } from 'node:crypto'
import type { Json } from './json.ts'

/**
 * The text that Postgres gives a value as `jsonb`: keys by their length in bytes, then by their bytes, a space
 * after each colon and comma, numbers written out. A definition has the same hash whoever stores it.
 * Of numbers that a double cannot hold SQL keeps more digits: such a document has another text there.
 * @param value what JSON.parse may give, without texts that Postgres cannot store
 * @example jsonbText({ steps: [], name: 'a' }) // '{"name": "a", "steps": []}'
 */
export function jsonbText(value: Json): string {
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`
  const keys = Object.keys(value).map((key) => ({ key, bytes: Buffer.from(key) }))
  keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
  const parts = keys.map(({ key }) => `${JSON.stringify(key)}: ${jsonbText(value[key] as Json)}`)
  return `{${parts.join(', ')}}`
}

/**
 * The hash of a value's text as `jsonb`: sha256, in hex.
 * @example `s-${jsonbHash(document).slice(0, 12)}` // the version that a graph has without one of its own
 */
export function jsonbHash(value: Json): string {
  return createHash('sha256').update(jsonbText(value)).digest('hex')
}

/** JavaScript goes over to exponents for the very large and the very small; `numeric` has none. */
function numberText(value: number): string {
  const text = JSON.stringify(value)
  const [digits, exponent] = text.split('e')
  if (exponent === undefined) return text
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d)(?:\.(\d+))?$/.exec(digits ?? '') ?? []
  const all = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`
  return sign + all.padEnd(point, '0')
}
