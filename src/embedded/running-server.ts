import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { connectionString } from './connection.ts'
import { filesBeside } from './data-folder.ts'
import { asEmbeddedError, errorCode } from './embedded-error.ts'
import { readPassword } from './password-file.ts'
import { runningPostmaster } from './postmaster-file.ts'

/**
 * Whether `startPostgres` has made a database in this folder, running or not.
 *
 * @example
 * if (await isEmbeddedDataDir('./.millrace/pg')) console.log('made by `millrace dev`')
 */
export async function isEmbeddedDataDir(dir: string): Promise<boolean> {
  const { passwordFile } = filesBeside(resolve(dir))
  return (await isThere(passwordFile)) && (await isThere(join(dir, 'PG_VERSION')))
}

/**
 * The connection string of the server that RUNS in this folder now, started by whichever process;
 * null where there is none.
 *
 * @throws EmbeddedPostgresError where the folder belongs to another user and cannot be read.
 * @example
 * const url = process.env.DATABASE_URL ?? (await readConnectionString('./.millrace/pg'))
 */
export async function readConnectionString(dir: string): Promise<string | null> {
  const asked = resolve(dir)
  try {
    const postmaster = await runningPostmaster(asked)
    if (postmaster?.status !== 'ready' || !postmaster.port) return null
    const password = await readPassword(filesBeside(asked).passwordFile)
    return password && connectionString(postmaster.port, password)
  } catch (error) {
    throw asEmbeddedError(error, `looking for a Postgres that runs in ${asked}`)
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    // A 0700 data folder of another user: it is there, though not for us.
    return errorCode(error) === 'EACCES'
  }
}
