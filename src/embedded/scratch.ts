import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from './embedded-error.ts'

/**
 * Makes a folder beside `path` to build something in that is then renamed to `path`. Its name
 * carries our process id, so that the next start can tell what a crashed process left behind.
 */
export async function makeScratch(path: string): Promise<string> {
  return mkdtemp(`${path}.new-${process.pid}-`)
}

/** Removes the scratch folders for `path` whose process has ended. */
export async function removeLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.new-`
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (!Number.isInteger(pid) || isAlive(pid)) continue
    await removeScratch(join(dirname(path), name)).catch(() => {})
  }
}

/** Removes it; patient, as the initdb of a process that was killed may still be writing there. */
export function removeScratch(scratch: string): Promise<void> {
  return rm(scratch, { recursive: true, force: true, maxRetries: 5 })
}

/** Whether a process of this id exists, be it ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}
