import { lstat, readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { errorCode } from './embedded-error.ts'

/** A link as `pg-symlinks.json` writes it; both paths begin with `native/`. */
interface Link {
  /** What it points to: `native/lib/libpq.so.5.18`. */
  source: string
  /** Where it stands: `native/lib/libpq.so.5`. */
  target: string
}

/**
 * Whether every library link that the programs need is in this tree. An npm package cannot hold
 * links; an install script makes them, but npm 11, pnpm and `--ignore-scripts` do not run it, and
 * then initdb dies with `libicuuc.so.60: cannot open shared object file`.
 */
export async function hasLinks(native: string): Promise<boolean> {
  for (const link of await neededLinks(native)) {
    const at = join(native, relative('native', link.target))
    if (!(await lstat(at).catch(() => null))) return false
  }
  return true
}

/** Makes the library links in a copy whose links are listed by the original tree. */
export async function makeLinks(native: string, copy: string): Promise<void> {
  for (const { source, target } of await neededLinks(native)) {
    const at = join(copy, relative('native', target))
    await makeLink(relative(dirname(target), source), at)
  }
}

/** Makes one link, unless something stands there already. */
export async function makeLink(to: string, at: string): Promise<void> {
  try {
    await symlink(to, at)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

async function neededLinks(native: string): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
