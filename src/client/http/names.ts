/** 'workflowId' → 'workflow_id'. */
type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : S

/** What is given, under the names that are sent. */
export type Snake<T> = { [K in keyof T & string as SnakeCase<K>]: T[K] }

/**
 * Options as they are sent: names of the first level in snake_case. What lies deeper is data.
 * @example snake({ eventName: 'paid', data: { aB: 1 } }) // { event_name: 'paid', data: { aB: 1 } }
 */
export function snake<T extends object>(given: T): Snake<T> {
  const entries = Object.entries(given).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(entries) as Snake<T>
}

/** What of an answer is the user's own, and which fields are instants beside those that end in `_at`. */
export type Reading = { opaque?: readonly string[]; instants?: readonly string[] }

/**
 * An answer as the client gives it: names in camelCase, instants as Dates.
 * @example camel({ started_at: '1970-01-01T00:00:00Z', data: { a_b: 1 } }, { opaque: ['data'] })
 *   // { startedAt: new Date(0), data: { a_b: 1 } }
 */
export function camel<T>(value: unknown, reading: Reading = {}): T {
  return read(value, reading) as T
}

function read(value: unknown, reading: Reading): unknown {
  if (Array.isArray(value)) return value.map((one) => read(one, reading))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    readField(name, inner, reading),
  ])
  return Object.fromEntries(entries)
}

function readField(name: string, value: unknown, reading: Reading): unknown {
  if (reading.opaque?.includes(name)) return value
  const isInstant = /(^|_)at$/.test(name) || reading.instants?.includes(name)
  if (!isInstant) return read(value, reading)
  if (Array.isArray(value)) return value.map((one) => new Date(one as string))
  return typeof value === 'string' ? new Date(value) : value
}
