import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './embedded-error.ts'
import { isAlive } from './scratch.ts'

/** What `postmaster.pid` in a data folder says about the server of that folder. */
export interface Postmaster {
  pid: number
  port: number | null
  /** `'starting'`, `'ready'`, `'stopping'`, or `''` where it is not written yet. */
  status: string
}

/** Reads `postmaster.pid`; null where there is none, or none that can be read. */
export async function readPostmaster(data: string): Promise<Postmaster | null> {
  let text: string
  try {
    text = await readFile(join(data, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null
    throw error
  }
  const lines = text.split('\n')
  // A server in single-user mode writes its process id as a negative number.
  const pid = Math.abs(Number(lines[0]))
  if (!Number.isInteger(pid) || pid === 0) return null
  return { pid, port: Number(lines[3]) || null, status: lines[7]?.trim() ?? '' }
}

/**
 * The server that runs in a data folder, or null. A file left by a crash names a process that is
 * gone, or, after a restart of the machine or the container, one that is something else by now.
 */
export async function runningPostmaster(data: string): Promise<Postmaster | null> {
  const postmaster = await readPostmaster(data)
  return postmaster && (await isServerOf(postmaster.pid, data)) ? postmaster : null
}

/**
 * Removes a `postmaster.pid` whose process id belongs to some other program now: Postgres would
 * refuse to start ("Is another postmaster running?"). Where the process is gone the file stays, as
 * Postgres handles that itself and first looks for backends that outlived their postmaster.
 */
export async function removeStalePostmaster(data: string): Promise<void> {
  const postmaster = await readPostmaster(data)
  if (!postmaster || !isAlive(postmaster.pid)) return
  if (await isServerOf(postmaster.pid, data)) return
  await rm(join(data, 'postmaster.pid'), { force: true })
}

/** A server's working directory is its data folder; that tells it from a reused process id. */
export async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  try {
    // No /proc on this system: a living process gets the benefit of the doubt.
    if (!(await stat('/proc/self/cwd').catch(() => null))) return true
    const cwd = `/proc/${pid}/cwd`
    const [theirs, ours] = [await stat(cwd), await stat(data)]
    return theirs.dev === ours.dev && theirs.ino === ours.ino
  } catch (error) {
    // ENOENT: gone, or a zombie that nobody waits for. EACCES: another user's, not ours to judge.
    return errorCode(error) !== 'ENOENT'
  }
}
