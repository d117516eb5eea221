import { readFile, stat } from 'node:fs/promises'
import { type CommandUser, runCommand } from './command.ts'
import { EmbeddedPostgresError, useYourOwn } from './embedded-error.ts'

/** The user that initdb and postgres run as. */
export interface ServerUser extends CommandUser {
  name: string
}

/**
 * Who runs the server for a data folder. Ourselves, unless we are root; then the owner of the data
 * that is there (so that one started by its owner can be started by root and the other way round),
 * else `postgres`, else `nobody`, else a system user `postgres` made now.
 */
export async function findServerUser(dataDir: string): Promise<ServerUser> {
  const uid = process.getuid?.() ?? -1
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, name: `uid ${uid}`, switches: false }
  const owner = await stat(dataDir).catch(() => null)
  if (owner && owner.uid > 0) {
    return { uid: owner.uid, gid: owner.gid, name: `uid ${owner.uid}`, switches: true }
  }
  return (await unprivilegedUser()) ?? (await makeUser())
}

async function unprivilegedUser(): Promise<ServerUser | null> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const line = users.split('\n').find((each) => each.startsWith(`${name}:`))
    const [, , uid, gid] = line?.split(':').map(Number) ?? []
    // macOS writes nobody as -2, which is no uid that a process can take.
    if (uid && gid && uid > 0 && gid > 0) return { uid, gid, name, switches: true }
  }
  return null
}

async function makeUser(): Promise<ServerUser> {
  const root: ServerUser = { uid: 0, gid: 0, name: 'root', switches: false }
  // Debian, Red Hat and others have useradd; busybox has only its own adduser.
  await runCommand('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], root)
  const made = await unprivilegedUser()
  if (made) return made
  await runCommand('adduser', ['-S', '-D', '-H', 'postgres'], root)
  const user = await unprivilegedUser()
  if (user) return user
  throw new EmbeddedPostgresError(
    'Postgres does not run as root, this process does, there is no user `postgres` or `nobody` ' +
      'in /etc/passwd, and making one with useradd or adduser failed. Add a user `postgres`, or ' +
      `run as another user. ${useYourOwn}`,
  )
}
