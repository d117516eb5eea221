import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '../embedded/index.ts'
import { decodeError } from '../kernel/database-error.ts'

/** A database for one demo. */
export type Place = {
  readonly connectionString: string
  /** Of the engine, and of the user's own tables. */
  readonly schema: string
  readonly shopSchema: string
  /** Which Postgres it is, for people. */
  readonly what: string
  /** What is left there if it is kept. */
  readonly remains: string
  /** Leaves the place: as it was before, or with all that the demo made there. */
  leave(keep: boolean): Promise<void>
}

/** A Postgres of the demo's own, in a folder of its own; or two schemas in somebody's database. */
export function openPlace(databaseUrl: string | null): Promise<Place> {
  return databaseUrl === null ? embedded() : guest(databaseUrl)
}

async function embedded(): Promise<Place> {
  const room = await mkdtemp(join(tmpdir(), 'millrace-demo-'))
  await chmod(room, 0o755) // as root, the server runs as somebody else, who has to come in
  const dataDir = join(room, 'pg')
  const forget = async () => {
    // where that somebody cannot come in, the data is elsewhere and `dataDir` a link to it
    const data = await realpath(dataDir).catch(() => dataDir)
    if (data !== dataDir) await remove(dirname(data))
    await remove(room)
  }
  const server = await startPostgres({ dataDir }).catch(async (error: unknown) => {
    await forget()
    throw error
  })
  return {
    connectionString: server.connectionString,
    schema: 'millrace',
    shopSchema: 'demo',
    what: `embedded PostgreSQL ${server.version}, fsync on`,
    remains: `The data folder is ${dataDir}; startPostgres({ dataDir }) opens it again.`,
    leave: async (keep) => {
      await server.stop()
      if (!keep) await forget()
    },
  }
}

async function guest(connectionString: string): Promise<Place> {
  const schema = `millrace_demo_${randomBytes(4).toString('hex')}`
  const shopSchema = `${schema}_shop`
  const version = await ask(connectionString, 'show server_version')
  return {
    connectionString,
    schema,
    shopSchema,
    what: `PostgreSQL ${version} at DATABASE_URL`,
    remains: `The schemas are "${schema}" and "${shopSchema}".`,
    leave: async (keep) => {
      if (keep) return
      const drop = `drop schema if exists ${schema}, ${shopSchema} cascade`
      await ask(connectionString, `set client_min_messages = warning; ${drop}`)
    },
  }
}

async function ask(connectionString: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query(statement)
    return String(Object.values(rows?.[0] ?? {})[0])
  } catch (error) {
    throw decodeError(error)
  } finally {
    await client.end().catch(() => {})
  }
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 })
}
