import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cp, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeRoom } from './room.ts'

/** A node process that has started a server, see owner.ts. */
export interface Owner {
  process: ChildProcess
  /** The process id of the server. */
  pid: number
  connectionString: string
}

const root = join(import.meta.dirname, '..', '..')

/**
 * Compiles owner.ts with what it imports, for node runs no TypeScript by itself, and dist/ may be
 * missing or older than src/. Half a second; a loader that compiles as it goes takes two a process.
 * @param packages copied for another user, who may not reach a checkout in a folder of our own
 */
export async function compileOwner(packages: 'linked' | 'copied' = 'linked'): Promise<string> {
  const room = await makeRoom()
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  )
  const owner = join(import.meta.dirname, 'owner.ts')
  const watchdog = join(root, 'src/embedded/watchdog.js')
  const how = ['--target', 'es2023', '--module', 'nodenext', '--rewriteRelativeImportExtensions']
  const what = ['--ignoreConfig', '--noCheck', '--allowJs', '--rootDir', root, '--outDir', room]
  execFileSync(process.execPath, [tsc, owner, watchdog, ...how, ...what], { cwd: root })
  await writeFile(join(room, 'package.json'), '{ "type": "module" }')
  const modules = [join(root, 'node_modules'), join(room, 'node_modules')] as const
  if (packages === 'linked') await symlink(...modules)
  else await cp(...modules, { recursive: true, verbatimSymlinks: true })
  return join(room, 'test/embedded/owner.js')
}

/** Starts the program in a process group of its own, as `user` if given; waits for its server. */
export async function startOwner(program: string, dataDir: string, user?: number): Promise<Owner> {
  const child = spawnOwner([program, dataDir], user)
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, ...JSON.parse(line) }
  }
  throw new Error(`owner.ts ended without a server in ${dataDir}`)
}

/** The same without waiting for its server. */
export function spawnOwner(words: string[], user?: number) {
  return spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  })
}
