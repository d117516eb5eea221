import { arrayLiteral } from './array-literal.ts'

/** A parameter as text, which Postgres reads as the type that it expects there; null stays null. */
export function textValue(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return arrayLiteral(value)
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
