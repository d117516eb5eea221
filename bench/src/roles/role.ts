// A process of the bench: a system's driver, or its worker. It loads the system, says that it is
// ready, and does what it is told by messages.
import { randomInt } from 'node:crypto'
import { loadSystem } from '../systems/index.ts'
import type { Driver, Input, Worker } from '../systems/system.ts'
import { Lateness } from './lateness.ts'
import type {
  LatencyOrder,
  Order,
  Reply,
  StartOrder,
  Task,
  TrickleOrder,
  Usage,
} from './messages.ts'

/** Calls under way at once: single starts, and bulk starts of 1,000. The same for every system. */
const SINGLE_STARTS = 20
const BULK_STARTS = 4
const BULK_SIZE = 1000

const task = JSON.parse(process.argv[2] as string) as Task
const system = await loadSystem(task.system)
const lateness = new Lateness()
/** A message for each that is finished would cost what is measured, and a clock that always ticks too. */
const TELL_MS = 20
let telling: NodeJS.Timeout | null = null
let finished = 0
let trickles = 0
let driver: Driver | null = null
let worker: Worker | null = null

process.on('message', ({ id, ...order }: Order & { id: number }) => {
  obey(order as Order).then(
    (result) => tell({ id, result: result ?? null }),
    (error) => tell({ id, error: error instanceof Error ? String(error.stack) : String(error) }),
  )
})
// the bench has gone: without it nobody stops us
process.on('disconnect', () => process.exit(1))

if (task.role === 'driver') driver = await system.driver(task.url, task.settings)
tell({ ready: true })

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'go':
      return go()
    case 'start':
      return startAll(order)
    case 'latency':
      return measureLatency(order)
    case 'trickle':
      return trickle(order)
    case 'replay':
      return driver?.replay?.(order.steps)
    case 'usage':
      return usage()
    case 'lateness':
      return lateness.list()
    case 'stop':
      await driver?.stop()
      await worker?.stop()
      setImmediate(() => process.exit(0))
  }
}

/** A worker begins to take work; a template's database is prepared. */
async function go(): Promise<void> {
  if (task.role === 'prepare') return system.prepare(task.url)
  const report = {
    finished() {
      finished++
      if (telling === null) telling = setTimeout(tellFinished, TELL_MS)
    },
    asleep: (k: number) => lateness.asleep(k),
    awake: (k: number) => lateness.awake(k),
  }
  worker = await system.worker(task.url, task.settings, report)
}

function tellFinished(): void {
  telling = null
  tell({ finished })
}

/** @returns milliseconds until all were acknowledged */
async function startAll({ shape, n, bulk, input = {} }: StartOrder): Promise<number> {
  const at = driver as Driver
  const from = performance.now()
  let next = 0
  const single = async () => {
    while (next < n) await at.start(shape, { k: next++, ...input })
  }
  const many = async () => {
    while (next < n) {
      const size = Math.min(BULK_SIZE, n - next)
      const inputs: Input[] = Array.from({ length: size }, (_, i) => ({ k: next + i, ...input }))
      next += size
      await at.startMany?.(shape, inputs)
    }
  }
  await Promise.all(
    Array.from({ length: bulk ? BULK_STARTS : SINGLE_STARTS }, bulk ? many : single),
  )
  return performance.now() - from
}

async function trickle({ shape, keys, seconds }: TrickleOrder): Promise<void> {
  const at = driver as Driver
  const round = ++trickles
  const began = performance.now()
  const starts: Promise<unknown>[] = []
  for (let k = 0; k < keys * seconds; k++) {
    const wait = began + (k * 1000) / keys - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const sent = performance.timeOrigin + performance.now()
    starts.push(at.start(shape, { k, key: `light-${k % keys}`, sent, round }))
  }
  await Promise.all(starts)
}

async function measureLatency(order: LatencyOrder): Promise<number[]> {
  const at = driver as Driver
  for (let k = 0; k < order.warmUp; k++) await at.roundTrip(order.shape, { k })
  const until = performance.now() + order.forMs
  const times: number[] = []
  while (times.length < order.n && performance.now() < until) {
    // random, so that no poller's beat is met again and again
    await new Promise((resolve) => setTimeout(resolve, randomInt(order.maxGapMs + 1)))
    const from = performance.now()
    await at.roundTrip(order.shape, { k: times.length })
    times.push(performance.now() - from)
  }
  return times
}

function usage(): Usage {
  const { user, system: inKernel } = process.cpuUsage()
  return { cpuUs: user + inKernel, peakMb: process.resourceUsage().maxRSS / 1024 }
}

function tell(reply: Reply): void {
  if (process.connected) process.send?.(reply)
}
