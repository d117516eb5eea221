import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { onEnd } from '../cleanup.ts'
import { cacheFolder } from '../places.ts'
import { attempt } from './rounds.ts'

/**
 * From nothing to the first completed run: a new process starts the embedded Postgres, migrates,
 * starts a worker and a run, and sees its result. First in a folder that is not there, then again
 * in it.
 */
export async function runStartup(bench: Bench, workload: string): Promise<void> {
  for (let round = 1; round <= bench.options.rounds; round++) {
    await attempt(bench, workload, 'millrace', async () => {
      const folder = mkdtempSync(join(bench.options.dataDir ?? cacheFolder, 'startup-'))
      const remove = () => rmSync(folder, { recursive: true, force: true })
      const forget = onEnd(remove)
      try {
        const sample = {
          startup_first_ms: await boot(folder),
          startup_second_ms: await boot(folder),
        }
        bench.sheet.add({ workload, system: 'millrace', round, n: 1, sample })
        const times = Object.values(sample).map(Math.round)
        console.log(
          `${workload} ${round}`.padEnd(14),
          `first ${times[0]} ms, second ${times[1]} ms`,
        )
      } finally {
        forget()
        remove()
      }
    })
  }
}

/** @returns ms from the start of the process to its first result */
function boot(folder: string): Promise<number> {
  const from = performance.now()
  const file = fileURLToPath(new URL('../roles/first-run.ts', import.meta.url))
  const child = fork(file, [join(folder, 'pg')], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const forget = onEnd(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  let taken: number | null = null
  child.on('message', () => {
    taken ??= performance.now() - from
  })
  return new Promise((resolve, reject) => {
    child.on('exit', () => {
      forget()
      if (taken !== null) resolve(taken)
      else reject(new Error(`the first run did not complete: ${errors.slice(-500)}`))
    })
  })
}
