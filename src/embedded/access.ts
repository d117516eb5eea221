import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ServerUser } from './server-user.ts'

const read = 4
const enter = 1

/**
 * The nearest-to-the-root folder on the way to `folder` (or itself) that the user may not enter,
 * or null where the way is open. Judged by mode bits: the server is spawned with no other groups.
 */
export async function closedFolder(user: ServerUser, folder: string): Promise<string | null> {
  if (!user.switches) return null
  const steps: string[] = []
  for (let at = await realpath(folder); ; at = dirname(at)) {
    steps.unshift(at)
    if (at === dirname(at)) break
  }
  for (const step of steps) {
    if (!permits(await stat(step), user, enter)) return step
  }
  return null
}

/** Whether the user may read every one of these files or folders, with the way to each open. */
export async function mayRead(user: ServerUser, paths: string[]): Promise<boolean> {
  if (!user.switches) return true
  for (const path of paths) {
    if (await closedFolder(user, dirname(path))) return false
    if (!permits(await stat(path), user, read)) return false
  }
  return true
}

function permits(
  entry: { uid: number; gid: number; mode: number },
  user: ServerUser,
  bit: number,
): boolean {
  const shift = entry.uid === user.uid ? 6 : entry.gid === user.gid ? 3 : 0
  return ((entry.mode >> shift) & bit) === bit
}
