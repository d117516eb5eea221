import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inSchema } from './schema-name.ts'

/** A file under sql/: `path` is relative to it, `checksum` is of the text as written. */
export type SqlFile = { readonly path: string; readonly text: string; readonly checksum: string }

/** The same two levels up from src/kernel and from dist/kernel. */
const root = fileURLToPath(new URL('../../sql/', import.meta.url))

/** Tables, types and indexes, in order: each is applied once, and never changes once released. */
export function readMigrations(schema: string): SqlFile[] {
  return readFolder('migrations', schema)
}

/**
 * Functions, views and policies, in the order in which they are applied: again whenever they
 * change.
 */
export function readRepeatables(schema: string): SqlFile[] {
  return ['functions', 'views', 'policies'].flatMap((folder) => readFolder(folder, schema))
}

/** Other systems whose names in SQL may be installed over ours. */
export const COMPATIBLE = ['pgflow'] as const
export type Compatible = (typeof COMPATIBLE)[number]

/** The names of another system, in a schema that is called like it. */
export function readCompatible(system: Compatible, schema: string): SqlFile[] {
  return readFolder(`compat/${system}`, schema)
}

/**
 * What PostgREST serves, in a schema that is called as the caller likes. Its name is part of the paths, so
 * that every later migration knows what to keep up to date.
 */
export function readApi(api: string, schema: string): SqlFile[] {
  // sql/api is written for a schema called like its folder
  const word = /\bapi\b/g
  return readFolder('api', schema).map(({ path, text, checksum }) => ({
    path: path.replace('api/', `api/${api}/`),
    text: api === 'api' ? text : text.replaceAll(word, api),
    checksum,
  }))
}

/** What only a database made for tests gets. */
export function readTesting(schema: string): SqlFile[] {
  return readFolder('testing', schema)
}

function readFolder(folder: string, schema: string): SqlFile[] {
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.sql'))
    .sort()
    .map((path) => {
      const text = readFileSync(root + path, 'utf8')
      const checksum = createHash('sha256').update(text).digest('hex').slice(0, 16)
      return { path, text: inSchema(text, schema), checksum }
    })
}
