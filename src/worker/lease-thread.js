// @ts-check
// The heartbeat, in a thread of its own: a handler that blocks the event loop does not cost the lease.
// Plain JavaScript, because Node starts it directly, from src/ in tests and from dist/ else.
// It stops when the main thread has not moved for `stallMs`: a process that hangs for good must let go.
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'

const { config, statement, worker, leaseMs, heartbeatMs, stallMs, pulse } = workerData
const beats = new Int32Array(pulse)
let lastBeat = Atomics.load(beats, 0)
let movedAt = process.hrtime.bigint()
/** @type {pg.Client | null} */
let client = null

async function beat() {
  if (stalled()) return
  const sentAt = process.hrtime.bigint()
  try {
    if (client === null) client = await connect()
    const query = { text: statement, values: [worker, leaseMs], query_timeout: heartbeatMs }
    const { rows } = await client.query(query)
    // trust begins when the renewal was sent, not when its answer came
    parentPort?.postMessage({ held: rows[0].held, sentAt })
  } catch {
    client?.end().catch(() => {})
    client = null
  }
}

function stalled() {
  const now = process.hrtime.bigint()
  const pulseNow = Atomics.load(beats, 0)
  if (pulseNow !== lastBeat) {
    lastBeat = pulseNow
    movedAt = now
  }
  return now - movedAt > BigInt(stallMs) * 1_000_000n
}

async function connect() {
  const made = new pg.Client(config)
  made.on('error', () => {
    if (client === made) client = null
  })
  await made.connect()
  return made
}

async function run() {
  for (;;) {
    const started = Date.now()
    await beat()
    // with the connection lost it tries sooner: the lease runs on
    const pause = client === null ? Math.min(250, heartbeatMs) : heartbeatMs
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(pause - (Date.now() - started), 10)),
    )
  }
}

void run()
