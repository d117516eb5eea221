import { lchown, lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import type { DataFolder } from './data-folder.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode } from './embedded-error.ts'
import { initCluster } from './initdb.ts'
import { makePassword, readPassword } from './password-file.ts'
import type { Programs } from './programs.ts'
import { removeLeftovers } from './scratch.ts'
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
    `the data folder ${folder.asked} was made by Postgres ${found}, this is Postgres ${ours}, ` +
      `and a major version cannot read another's files. Keep it and choose another dataDir, or ` +
      `dump it with Postgres ${found} (pg_dumpall) and load the dump here, or remove the folder ` +
      'if nothing in it is needed.',
  )
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
