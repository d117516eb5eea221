import {
  chmod,
  chown,
  lchown,
  lstat,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from './command.ts'
import type { DataFolder } from './data-folder.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode, remedyFor } from './embedded-error.ts'
import { makePassword, readPassword } from './password-file.ts'
import type { Programs } from './programs.ts'
import { makeScratch, removeLeftovers, removeScratch } from './scratch.ts'
import type { ServerUser } from './server-user.ts'

/**
 * Sees to it that the data folder holds a cluster of this major version that the server's user
 * owns and whose superuser has the password in the password file. Returns that password.
 */
export async function ensureCluster(
  folder: DataFolder,
  programs: Programs,
  user: ServerUser,
  sync: boolean,
): Promise<string> {
  await removeLeftovers(folder.data)
  const major = await clusterMajor(folder)
  if (major === null) return initCluster(folder, programs, user, sync)
  if (major !== programs.major) throw otherMajor(folder, major, programs.major)
  await takeOwnership(folder, user)
  return (await readPassword(folder.passwordFile)) ?? resetPassword(folder, programs, user)
}

/** The major version of the cluster in the folder; null where there is nothing yet. */
async function clusterMajor({ asked, data }: DataFolder): Promise<number | null> {
  try {
    return Number.parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw asEmbeddedError(error, `reading ${asked}/PG_VERSION`)
  }
  const entries = await readdir(data).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw asEmbeddedError(error, `reading the data folder ${asked}`)
  })
  if (entries.length === 0) return null
  throw new EmbeddedPostgresError(
    `the data folder ${asked} is neither empty nor one of Postgres (it has ${entries[0]} but no ` +
      'PG_VERSION). Choose another dataDir, or remove what is in it.',
    { kind: 'invalid' },
  )
}

function otherMajor(folder: DataFolder, found: number, ours: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the data folder ${folder.asked} was made by Postgres ${found}, this is Postgres ${ours}, and ` +
      `a major version cannot read another's files. Keep it and choose another dataDir, or dump ` +
      `it with Postgres ${found} (pg_dumpall) and load the dump here, or remove the folder if ` +
      'nothing in it is needed.',
  )
}

/** Runs initdb beside and renames, so that a crash in the middle leaves no half cluster. */
async function initCluster(
  folder: DataFolder,
  programs: Programs,
  user: ServerUser,
  sync: boolean,
): Promise<string> {
  const { asked, data } = folder
  try {
    const password = await makePassword(folder.passwordFile)
    const scratch = await makeScratch(data)
    try {
      await runInitdb(scratch, programs, user, password, sync)
      await moveIntoPlace(join(scratch, 'pg'), data, asked)
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

async function moveIntoPlace(made: string, data: string, asked: string): Promise<void> {
  try {
    await rename(made, data)
    const parent = await open(dirname(data), 'r')
    await parent.sync().finally(() => parent.close())
  } catch (error) {
    // Another first start was faster; its cluster has the same password file.
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) return
    if (!['EBUSY', 'EXDEV'].includes(errorCode(error))) throw error
    throw new EmbeddedPostgresError(
      `the data folder ${asked} is a mount point, which a new cluster cannot be renamed to. ` +
        `Use a folder in it: ${join(asked, 'pg')}.`,
      { kind: 'invalid', cause: error },
    )
  }
}

/** Data that root copied here (cp, docker cp, tar) belongs to root; the server's user needs it. */
async function takeOwnership(folder: DataFolder, user: ServerUser): Promise<void> {
  const { uid } = await lstat(folder.data)
  if (uid === user.uid) return
  if (!user.switches || uid !== 0) {
    throw new EmbeddedPostgresError(
      `the data folder ${folder.asked} belongs to uid ${uid}, and Postgres would run as ` +
        `${user.name}, but it serves only a folder of its own user. Start this as uid ${uid} or ` +
        'as root, or choose another dataDir.',
    )
  }
  for (const entry of await readdir(folder.data, { recursive: true })) {
    await lchown(join(folder.data, entry), user.uid, user.gid)
  }
  await lchown(folder.data, user.uid, user.gid)
}

/** The password file was removed: sets a new password in single-user mode, which asks for none. */
async function resetPassword(
  folder: DataFolder,
  programs: Programs,
  user: ServerUser,
): Promise<string> {
  const password = await makePassword(folder.passwordFile)
  const args = ['--single', '-D', folder.data, 'postgres']
  const statement = `ALTER ROLE postgres PASSWORD '${password}'\n`
  const { code, stderr, failure } = await runCommand(programs.postgres, args, user, statement)
  if (code === 0 && !/ERROR|FATAL/.test(stderr)) return password
  await rm(folder.passwordFile, { force: true })
  throw new EmbeddedPostgresError(
    `${folder.passwordFile} was missing, and setting a new password failed: ` +
      `${failure?.message ?? stderr.trim()}`,
  )
}
