/** What of a report is the user's own, and is sent as it is. */
type Opaque = readonly string[]

/**
 * A value of the client as it is sent: names in snake_case, instants in ISO 8601, what is missing null.
 * @param opaque names whose values are users' data
 * @example toBody({ startedAt: new Date(0), data: { aB: 1 } }, ['data']) // { started_at: '1970-…', data: { aB: 1 } }
 */
export function toBody(value: unknown, opaque: Opaque = []): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => toBody(item, opaque))
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).map(([name, inner]) => [
    toSnakeCase(name),
    opaque.includes(name) ? (inner ?? null) : toBody(inner, opaque),
  ])
  return Object.fromEntries(entries)
}

/**
 * What was sent as the client takes it: names in camelCase, and nothing of what was left out. Only names of the first
 * level: what lies deeper is data, or has a function of its own.
 * @example toOptions({ event_name: 'paid', data: undefined }) // { eventName: 'paid' }
 */
export function toOptions(given: object): Record<string, unknown> {
  const entries = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [toCamelCase(name), value])
  return Object.fromEntries(entries)
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
