import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError } from './embedded-error.ts'
import { type Postmaster, runningPostmaster } from './postmaster-file.ts'

/**
 * ms for which a server that is in the way may still turn out to be ending: a program restarted by
 * a file watcher begins while the watchdog of its last life is shutting the server down.
 */
const grace = 2_000

/**
 * The server that some other process runs in this folder: null where there is none (any more), its
 * postmaster where it is to be reused and is ready, else an error that names the process.
 */
export async function findOtherServer(
  folder: DataFolder,
  reuse: boolean,
  deadline: number,
): Promise<Postmaster | null> {
  const since = Date.now()
  for (;;) {
    const found = await runningPostmaster(folder.data)
    if (!found) return null
    if (reuse && found.status === 'ready' && found.port) return found
    const isEnding = found.status === 'stopping'
    const patience = reuse || isEnding ? deadline : Math.min(deadline, since + grace)
    if (Date.now() > patience) throw inUse(folder, found)
    await delay(20)
  }
}

function inUse({ asked }: DataFolder, { pid, port }: Postmaster): EmbeddedPostgresError {
  const at = port ? ` (port ${port})` : ''
  return new EmbeddedPostgresError(
    `embedded Postgres in ${asked} is already in use by process ${pid}${at}. Stop the program ` +
      'that started it, pass `reuse: true` to use that server too, or choose another dataDir.',
  )
}
