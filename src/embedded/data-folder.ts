import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { closedFolder } from './access.ts'
import { followLink, moveElsewhere } from './data-place.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode } from './embedded-error.ts'
import type { ServerUser } from './server-user.ts'

/** Where the data of one server is, and the files that stand beside the folder asked for. */
export interface DataFolder {
  /** The absolute path that was asked for; a link where the data had to go elsewhere. */
  asked: string
  /** The folder that the data is in. */
  data: string
  passwordFile: string
  portFile: string
  logFile: string
}

/** The names around a data folder: `pg` has `pg.password`, `pg.port`, `postgres.log` beside it. */
export function filesBeside(asked: string): Omit<DataFolder, 'asked' | 'data'> {
  return {
    passwordFile: `${asked}.password`,
    portFile: `${asked}.port`,
    logFile: join(dirname(asked), 'postgres.log'),
  }
}

/**
 * Makes the way to the data folder. Where the server's user cannot get there (root's checkout under
 * /root, which is 0700) the data goes to one of `roots`, and a link at the asked path points to it.
 */
export async function openDataFolder(
  asked: string,
  user: ServerUser,
  roots: string[],
  notify: (line: string) => void,
): Promise<DataFolder> {
  const parent = dirname(asked)
  await makeParent(parent).catch((error: unknown) => {
    throw asEmbeddedError(error, `making the folder ${parent} for the data of Postgres`)
  })
  const folder = { asked, ...filesBeside(asked) }
  const data = await followLink(asked)
  const closed = data && (await closedFolder(user, dirname(data)))
  if (data && !closed) return { ...folder, data }
  if (closed && !(await isEmpty(asked))) throw unreachable(asked, closed, user)
  const moved = await moveElsewhere(asked, roots, user)
  notify(
    `the data of ${asked} is in ${moved}, as Postgres runs as ${user.name}, who may not enter ` +
      `${closed ?? 'that folder'}`,
  )
  return { ...folder, data: moved }
}

async function makeParent(parent: string): Promise<void> {
  const first = await mkdir(parent, { recursive: true })
  if (!first) return
  // With a umask of 077 the server's user could not pass through what we have just made.
  for (let at = parent; at.length >= first.length; at = dirname(at)) await chmod(at, 0o755)
  if (basename(parent) === '.millrace') await writeFile(join(parent, '.gitignore'), '*\n')
}

async function isEmpty(asked: string): Promise<boolean> {
  try {
    return (await readdir(asked)).length === 0
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true
    throw asEmbeddedError(error, `reading the data folder ${asked}`)
  }
}

function unreachable(asked: string, closed: string, user: ServerUser): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the data folder ${asked} cannot be reached by ${user.name}, as which Postgres runs: that ` +
      `user may not enter ${closed}. Allow it with \`chmod o+x ${closed}\`, move the data, or ` +
      'choose another dataDir.',
  )
}
