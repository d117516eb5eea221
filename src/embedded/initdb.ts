import { chmod, chown, open, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from './command.ts'
import type { DataFolder } from './data-folder.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode, remedyFor } from './embedded-error.ts'
import { makePassword } from './password-file.ts'
import type { Programs } from './programs.ts'
import { makeScratch, removeScratch } from './scratch.ts'
import type { ServerUser } from './server-user.ts'

/**
 * Runs initdb beside and renames, so that a crash in the middle leaves no half cluster. Returns the
 * superuser's password. `sync` false skips the fsync of the new files (for tests).
 */
export async function initCluster(
  folder: DataFolder,
  programs: Programs,
  user: ServerUser,
  sync: boolean,
): Promise<string> {
  const { asked, data } = folder
  if (await isMountPoint(data)) throw mountPoint(asked)
  try {
    const password = await makePassword(folder.passwordFile)
    const scratch = await makeScratch(data)
    try {
      await runInitdb(scratch, programs, user, password, sync)
      await moveIntoPlace(join(scratch, 'pg'), folder, sync)
    } finally {
      await removeScratch(scratch)
    }
    return password
  } catch (error) {
    throw asEmbeddedError(error, `making a Postgres cluster in ${asked}`)
  }
}

async function runInitdb(
  scratch: string,
  programs: Programs,
  user: ServerUser,
  password: string,
  sync: boolean,
): Promise<void> {
  // A file, as initdb opens it by name; in the scratch folder, which only the server's user enters.
  const passwordFile = join(scratch, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user.switches) {
    await chown(passwordFile, user.uid, user.gid)
    await chown(scratch, user.uid, user.gid)
  }
  await chmod(scratch, 0o700)
  const args = [
    `--pgdata=${join(scratch, 'pg')}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...localeArguments(programs.major),
    '--no-instructions',
    ...(sync ? [] : ['--no-sync']),
  ]
  const { code, stdout, stderr, failure } = await runCommand(programs.initdb, args, user)
  if (code === 0) return
  const said = failure?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n')
  throw new EmbeddedPostgresError(
    `initdb, run by ${user.name}, failed (exit code ${code}):\n${said}\n${remedyFor(said)}`,
  )
}

/**
 * From 17 on Postgres brings its own C.UTF-8: code point order and Unicode case rules, the same on
 * every system and after every upgrade of its C library. Before that: plain C, for the same reason.
 */
function localeArguments(major: number): string[] {
  if (major < 17) return ['--no-locale']
  return ['--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
}

async function moveIntoPlace(
  made: string,
  { data, asked }: DataFolder,
  sync: boolean,
): Promise<void> {
  try {
    await rename(made, data)
    if (!sync) return
    const parent = await open(dirname(data), 'r')
    await parent.sync().finally(() => parent.close())
  } catch (error) {
    // Another first start was faster; its cluster has the same password file.
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) return
    if (['EBUSY', 'EXDEV'].includes(errorCode(error))) throw mountPoint(asked)
    throw error
  }
}

async function isMountPoint(data: string): Promise<boolean> {
  const own = await stat(data).catch(() => null)
  return own !== null && own.dev !== (await stat(dirname(data))).dev
}

function mountPoint(asked: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the data folder ${asked} is a mount point, which a new cluster cannot be renamed to. ` +
      `Use a folder in it: ${join(asked, 'pg')}.`,
    { kind: 'invalid' },
  )
}
