import { createHash } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdtemp,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { closedFolder } from './access.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode } from './embedded-error.ts'
import type { ServerUser } from './server-user.ts'
import { trustedFolder } from './trusted-folder.ts'

/** The folder at the end of the asked path; null for a link whose place is gone. */
export async function followLink(asked: string): Promise<string | null> {
  const entry = await lstat(asked).catch(() => null)
  if (!entry?.isSymbolicLink()) return join(await realpath(dirname(asked)), basename(asked))
  const target = resolve(dirname(asked), await readlink(asked))
  if (await stat(dirname(target)).catch(() => null)) return target
  return null
}

/**
 * Makes a place for the data in the first of `roots` that will do, and a link to it at the asked
 * path. Data that an earlier link pointed to stays: it may belong to a checkout that was moved.
 */
export async function moveElsewhere(
  asked: string,
  roots: string[],
  user: ServerUser,
): Promise<string> {
  const failures: string[] = []
  for (const root of roots) {
    try {
      return await makePlace(asked, root, user)
    } catch (error) {
      failures.push(asEmbeddedError(error, `making a folder in ${root}`).message)
    }
  }
  throw new EmbeddedPostgresError(
    `Postgres runs as ${user.name}, who may not enter ${dirname(asked)}, and the data can go ` +
      `nowhere else. Choose a dataDir that this user can reach.\n  - ${failures.join('\n  - ')}`,
  )
}

async function makePlace(asked: string, root: string, user: ServerUser): Promise<string> {
  await trustedFolder(root)
  const closed = await closedFolder(user, root)
  if (closed) throw new EmbeddedPostgresError(`${user.name} may not enter ${closed}`)
  // The hash is for the eye; the random end keeps data apart whose link was removed or moved.
  const hash = createHash('sha256').update(asked).digest('hex').slice(0, 8)
  const place = await mkdtemp(join(root, `${hash}-`))
  await chmod(place, 0o755)
  await writeFile(join(place, 'README'), `The Postgres data of ${asked}, which links to here.\n`)
  const data = join(place, 'pg')
  if (await placeLink(data, asked)) return data
  // Another process was faster: its place is the one.
  await rm(place, { recursive: true })
  return (await followLink(asked)) ?? data
}

async function placeLink(data: string, asked: string): Promise<boolean> {
  const entry = await lstat(asked).catch(() => null)
  if (entry?.isDirectory()) await rmdir(asked)
  if (entry?.isSymbolicLink() && !(await followLink(asked))) await rm(asked)
  try {
    await symlink(data, asked)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}
