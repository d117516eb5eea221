import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { onEnd } from '../cleanup.ts'
import { percentile } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { load } from '../web/load.ts'
import type { WebReady, WebTask } from '../web/messages.ts'
import { attempt } from './rounds.ts'

/** Runs that there are before the list is asked for. */
const LISTED = 10_000

/**
 * Requests to the HTTP server: a start, a list, a signed delivery; beside them a bare route that inserts a row.
 * The server is a process of its own, without a worker.
 */
export async function runHttp(bench: Bench, workload: string, millrace: System): Promise<void> {
  const { rounds, scale } = bench.options
  const forMs = Math.max(500, 10_000 * Math.min(1, scale))
  await attempt(bench, workload, 'millrace', async () => {
    for (let round = 1; round <= rounds; round++) {
      const plain = await timeSide(bench, millrace, { side: 'bare', round, forMs, workload }, null)
      await timeSide(bench, millrace, { side: 'millrace', round, forMs, workload }, plain)
    }
  })
}

type Side = { side: WebTask['side']; round: number; forMs: number; workload: string }

/** @returns requests a second of its first route */
async function timeSide(
  bench: Bench,
  millrace: System,
  { side, round, forMs, workload }: Side,
  plain: number | null,
): Promise<number> {
  const database = await bench.templates.clone(millrace)
  const listed = Math.ceil((LISTED * Math.min(1, bench.options.scale)) / 1000) * 1000
  const server = start({ side, url: bench.databases.url(database), listed })
  try {
    const { port, routes } = await server.ready
    await bench.databases.checkpoint()
    let first: number | null = null
    for (const route of routes) {
      const { times, perSecond } = await load(port, route, forMs)
      first ??= perSecond
      const sample = {
        requests_per_second: perSecond,
        latency_p50_ms: percentile(times, 0.5),
        latency_p99_ms: percentile(times, 0.99),
        ratio_to_bare: perSecond / (plain ?? first),
      }
      bench.sheet.add({ workload, system: route.name, round, n: times.length, sample })
      console.log(
        `${workload} ${round}/${bench.options.rounds}`.padEnd(20),
        route.name.padEnd(32),
        `${Math.round(perSecond)} requests/s, p50 ${sample.latency_p50_ms.toFixed(2)} ms, p99 ${sample.latency_p99_ms.toFixed(2)} ms`,
      )
    }
    return first ?? Number.NaN
  } finally {
    server.kill()
    await bench.databases.drop(database)
  }
}

function start(task: WebTask): { ready: Promise<WebReady>; kill: () => void } {
  const file = fileURLToPath(new URL('../web/server-main.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const forget = onEnd(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000)
  })
  const ready = new Promise<WebReady>((resolve, reject) => {
    child.on('message', (message) => resolve(message as WebReady))
    child.on('exit', () => reject(new Error(`the server ended: ${errors.slice(-500)}`)))
  })
  const kill = () => {
    forget()
    child.kill('SIGKILL')
  }
  return { ready, kill }
}
