import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { mayRead } from './access.ts'
import { runCommand } from './command.ts'
import { asEmbeddedError, EmbeddedPostgresError, errorCode, useYourOwn } from './embedded-error.ts'
import { hasLinks } from './library-links.ts'
import { makeScratch, removeLeftovers, removeScratch } from './scratch.ts'
import type { ServerUser } from './server-user.ts'
import type { Site } from './site.ts'
import { copyTree, isWholeCopy } from './tree-copy.ts'
import { trustedFolder } from './trusted-folder.ts'

/** Programs that the server's user was seen to run. */
export interface Programs {
  initdb: string
  postgres: string
  /** The major version of Postgres, e.g. 18. */
  major: number
}

/**
 * Finds programs that the server's user can run: those that npm installed, in place, if their
 * library links are there and the user may read them; else a copy, made once per version. Nothing
 * is ever written into node_modules, which may be read-only or shared.
 */
export async function preparePrograms(site: Site, user: ServerUser): Promise<Programs> {
  const { native } = site.programs
  const failures: string[] = []
  if (await isReadableInPlace(native, user)) {
    const programs = await tryPrograms(native, user)
    if (!(programs instanceof Error)) return programs
    failures.push(programs.message)
  }
  for (const root of site.cacheRoots) {
    const programs = await prepareCopy(root, site, user).catch((error: unknown) =>
      asEmbeddedError(error, `copying the Postgres programs to ${root}`),
    )
    if (!(programs instanceof Error)) return programs
    failures.push(programs.message)
  }
  throw new EmbeddedPostgresError(
    `the Postgres programs of ${native} cannot be run by ${user.name}, in place or as a copy. ` +
      `${failures.map((each) => `\n  - ${each}`).join('')}\n${useYourOwn}`,
  )
}

async function isReadableInPlace(native: string, user: ServerUser): Promise<boolean> {
  if (!(await hasLinks(native))) return false
  const parts = ['bin/postgres', 'bin/initdb', 'lib', 'share/postgresql/postgres.bki']
  const paths = parts.map((part) => join(native, part))
  // A missing part is as good as one that cannot be read: making the copy will say which it is.
  return mayRead(user, paths).catch(() => false)
}

async function prepareCopy(
  root: string,
  site: Site,
  user: ServerUser,
): Promise<Programs | EmbeddedPostgresError> {
  const { native, version } = site.programs
  await trustedFolder(root)
  const copy = join(root, `postgres-${version}-${process.platform}-${process.arch}`)
  if (!(await isIntact(native, copy))) await makeCopy(native, copy)
  return tryPrograms(copy, user)
}

/** Copies beside and renames: a crash leaves no half copy, and of two first starts one wins. */
async function makeCopy(native: string, copy: string): Promise<void> {
  await removeLeftovers(copy)
  const scratch = await makeScratch(copy)
  try {
    await copyTree(native, join(scratch, 'new'))
    // A damaged copy makes room; where another process has mended it meanwhile, that one stays.
    if (!(await isIntact(native, copy))) await rename(copy, join(scratch, 'old')).catch(() => {})
    await rename(join(scratch, 'new'), copy)
  } catch (error) {
    const otherWon = ['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))
    if (!otherWon) throw error
  } finally {
    await removeScratch(scratch)
  }
}

async function isIntact(native: string, copy: string): Promise<boolean> {
  return isWholeCopy(native, copy) && (await hasLinks(copy))
}

/** Runs `postgres --version`, which fails where the user, the libraries or the mount forbid. */
async function tryPrograms(
  native: string,
  user: ServerUser,
): Promise<Programs | EmbeddedPostgresError> {
  const [initdb, postgres] = [join(native, 'bin', 'initdb'), join(native, 'bin', 'postgres')]
  const { code, stdout, stderr, failure } = await runCommand(postgres, ['--version'], user)
  const major = Number(/ (\d+)/.exec(stdout)?.[1])
  if (code === 0 && major > 0) return { initdb, postgres, major }
  const said = failure ? whyNotSpawned(failure) : `exit code ${code}, ${stderr.trim()}`
  return new EmbeddedPostgresError(`${basename(postgres)} in ${native}: ${said}`)
}

function whyNotSpawned(failure: Error): string {
  const code = errorCode(failure)
  if (code === 'ENOENT') {
    return (
      'ENOENT: the program is missing, or its loader is: these programs need glibc, which Alpine ' +
      'and NixOS do not have where it is looked for'
    )
  }
  if (code === 'EACCES') return 'EACCES: not executable for this user (a noexec mount?)'
  if (code === 'EINVAL' || code === 'EPERM') {
    return `${code}: this process is root but may not become another user (a user namespace?)`
  }
  return failure.message
}
