import { InvalidInputError } from '../model/errors.ts'

/** Schema that SQL files are written for; another one is put in its place when they are read. */
export const DEFAULT_SCHEMA = 'millrace'

const word = /\bmillrace\b/g
const cache = new Map<string, string>()

/**
 * A statement of the kernel for an engine in another schema. Channels are named like their schema,
 * so that engines in one database do not wake each other.
 * @example inSchema('select millrace.take_ids()', 'engine_2') // select engine_2.take_ids()
 */
export function inSchema(text: string, schema: string): string {
  if (schema === DEFAULT_SCHEMA) return text
  const key = `${schema}\n${text}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = text.replaceAll(word, schema)
  cache.set(key, made)
  return made
}

/**
 * A schema's name as the SQL files need it: usable without quotes.
 * @throws InvalidInputError for any other.
 */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(schema) && !schema.startsWith('pg_')) return schema
  throw new InvalidInputError(
    `Schema name "${schema}" does not match [a-z_][a-z0-9_]{0,40}. Choose a plain lower-case name.`,
    { details: { schema } },
  )
}
