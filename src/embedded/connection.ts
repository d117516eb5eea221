import pg from 'pg'
import { EmbeddedPostgresError } from './embedded-error.ts'

/** The superuser's connection string for the database `millrace` of an embedded server. */
export function connectionString(port: number, password: string, database = 'millrace'): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

/**
 * Makes the database `millrace` if it is not there yet, and returns the server's version, e.g.
 * `'18.4'`. Asks over the database `postgres`, as a try at a missing one leaves a FATAL in the log.
 * `patience` is in ms, for the connection.
 */
export async function openDatabase(
  port: number,
  password: string,
  patience: number,
): Promise<string> {
  const url = connectionString(port, password, 'postgres')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: patience })
  // A connection that breaks after its query is reported by an event; unheard, it ends the process.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT current_setting('server_version') AS version,
              EXISTS (SELECT FROM pg_database WHERE datname = 'millrace') AS made`,
    )
    if (!rows[0].made) await makeDatabase(client)
    return String(rows[0].version)
  } finally {
    await client.end()
  }
}

async function makeDatabase(client: pg.Client): Promise<void> {
  try {
    await client.query('CREATE DATABASE millrace')
  } catch (error) {
    // Somebody who reuses this server was faster.
    if (!['42P04', '23505'].includes(sqlState(error))) throw error
  }
}

/** The error for a server that does not take the password in the file. */
export function wrongPassword(passwordFile: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the embedded Postgres refuses the password in ${passwordFile}. Remove that file and start ` +
      'again: a missing password is set anew.',
    { cause },
  )
}

/** The SQLSTATE of a Postgres error, or `''`. */
export function sqlState(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : ''
}
