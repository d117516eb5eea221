// npm run crash: thousands of random histories on a Postgres that is killed meanwhile.
//   --seed 7  --count 5000  --history 12 (that one alone)  --kill-every 40  --parallel 8  --minutes 10
//   --postgres 15 (the system's, or 16 or 17 as fetched by test:slow; else the embedded one)
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { describe, type Failure, runCampaign } from './campaign.ts'
import { Lab } from './lab.ts'
import { Random } from './random.ts'
import { Server } from './server.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '5000' },
    history: { type: 'string' },
    'kill-every': { type: 'string', default: '40' },
    parallel: { type: 'string', default: '8' },
    minutes: { type: 'string', default: 'Infinity' },
    postgres: { type: 'string' },
  },
})
const seed = Number(values.seed)
const alone = values.history !== undefined
const killEvery = Number(values['kill-every'])
const parallel = alone ? 1 : Number(values.parallel)

const major = values.postgres === undefined ? undefined : Number(values.postgres)
const server = await Server.start(`${tmpdir()}/millrace-crash-${process.pid}`, {
  durable: true,
  major,
})
const lab = new Lab(server.url, parallel)
await lab.open(parallel)
const began = performance.now()
const over = new AbortController()
const killing = alone ? Promise.resolve() : killNowAndThen(over.signal)
const progress = setInterval(() => {
  console.error(`${lab.figures.get('histories')} histories`)
}, 30_000)
const failures = await runCampaign(lab, {
  seed,
  first: alone ? Number(values.history) : 0,
  count: alone ? 1 : Number(values.count),
  patienceMs: 30_000,
  maxFailed: 5,
  until: began + Number(values.minutes) * 60_000,
})
over.abort()
clearInterval(progress)
await killing
report(failures)
await lab.close()
await server.stop()
process.exit(failures.length > 0 ? 1 : 0)

/** After every so many histories, give or take, Postgres is killed at a random moment, and comes back. */
async function killNowAndThen(signal: AbortSignal): Promise<void> {
  const random = new Random(`kills ${seed}`)
  let next = random.between(1, killEvery)
  while (!signal.aborted) {
    await pause(random.between(5, 60))
    if (lab.figures.get('histories') < next) continue
    const blow = random.pick(['SIGKILL', 'SIGQUIT'] as const)
    lab.down = true
    await server.strike(blow)
    lab.down = false
    // a server that is killed every half minute never gets to this by itself
    await lab.ask('vacuum (analyze)')
    lab.figures.add(`Postgres killed: ${blow}`)
    next = lab.figures.get('histories') + random.between(1, killEvery * 2 - 1)
  }
}

function report(failed: readonly Failure[]): void {
  for (const failure of failed) console.log(`${describe(seed, failure)}\n`)
  const seconds = Math.round((performance.now() - began) / 1000)
  const figures = { seed, ...lab.figures.toJSON(), failed: failed.length, seconds }
  for (const [name, count] of Object.entries(figures))
    console.log(`${String(count).padStart(9)}  ${name}`)
  console.log(JSON.stringify(figures))
}
