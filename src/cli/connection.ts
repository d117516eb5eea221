import type { WorkflowClient } from '../client/workflow-client.ts'
import type { Database } from '../kernel/database.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { WorkflowLogger } from '../model/logger.ts'
import type { Settings } from './settings.ts'

// What needs the driver of Postgres is loaded where it is used: --help and mistakes shall be quick.

/** Where the embedded server of a project keeps its data. */
export const DATA_DIR = './.millrace/pg'

/** A database to work with. */
export type Target = {
  readonly url: string
  /** Of the CLI's own folder, or the user's. */
  readonly embedded: boolean
  /** Stops the server, if it was started for this command. */
  release(): Promise<void>
}

/**
 * The database that the options and the environment name, else the one of ./.millrace.
 * @throws InvalidInputError if there is none; it names both ways to have one
 */
export async function findTarget(settings: Settings): Promise<Target> {
  const { databaseUrl, embedded } = settings
  const release = async () => {}
  if (databaseUrl !== undefined) return { url: checkUrl(databaseUrl), embedded: false, release }
  const { readConnectionString, startPostgres } = await import('../embedded/index.ts')
  const running = await readConnectionString(DATA_DIR)
  if (running !== null) return { url: running, embedded: true, release }
  if (!embedded) throw await noDatabase()
  const server = await startPostgres({ dataDir: DATA_DIR, reuse: true })
  return { url: server.connectionString, embedded: true, release: () => server.stop() }
}

/** Does something with a client, and closes what it opened. */
export async function withClient<T>(
  settings: Settings,
  work: (client: WorkflowClient) => Promise<T>,
): Promise<T> {
  const target = await findTarget(settings)
  const { WorkflowClient } = await import('../client/workflow-client.ts')
  const client = new WorkflowClient({
    connectionString: target.url,
    schema: settings.schema,
    tenant: settings.tenant,
    secretsKey: settings.secretsKey,
    logger: errorsOnly,
  })
  try {
    return await work(client)
  } finally {
    await client.stop()
    await target.release()
  }
}

/** The same with a bare connection to the kernel, for what is no operation on runs. */
export async function withDatabase<T>(
  settings: Settings,
  work: (db: Database, target: Target) => Promise<T>,
): Promise<T> {
  const target = await findTarget(settings)
  const { Database } = await import('../kernel/database.ts')
  const db = new Database({ connectionString: target.url }, { schema: settings.schema, max: 3 })
  try {
    return await work(db, target)
  } finally {
    await db.close()
    await target.release()
  }
}

/** A connection string as it may be shown: without its password. */
export function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*):.*@/, '$1:***@').replace(/(password=)[^&]*/i, '$1***')
}

const errorsOnly: WorkflowLogger = {
  log: () => {},
  error: (message) => void process.stderr.write(`${message}\n`),
}

/** @throws InvalidInputError for what is no connection string */
export function checkUrl(url: string): string {
  if (/^(postgres(ql)?|socket):\/\/|^\//.test(url)) return url
  throw new InvalidInputError(
    `"${hidePassword(url)}" is not a connection string. Give one like ` +
      'postgresql://user:password@localhost:5432/database, by --database-url or DATABASE_URL.',
  )
}

async function noDatabase(): Promise<InvalidInputError> {
  const { isEmbeddedDataDir } = await import('../embedded/index.ts')
  const made = await isEmbeddedDataDir(DATA_DIR)
  const second = made
    ? 'use the one that "millrace dev" made in ./.millrace: start it again, or add --embedded.'
    : 'run "millrace dev" (or add --embedded), which brings its own in ./.millrace.'
  return new InvalidInputError(
    'No database. There are two ways: set DATABASE_URL (or --database-url) to a Postgres of ' +
      `yours, or ${second}`,
  )
}
