// @ts-check
// The heartbeat, in a thread of its own: a handler that blocks the event loop does not cost the lease.
// Plain JavaScript, because Node starts it directly, from src/ in tests and from dist/ else.
// It stops when the main thread has not moved for `stallMs`: a process that hangs for good must let go.
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'

const { config, statement, worker, leaseMs, heartbeatMs, stallMs } = workerData
// shared, because messages wait until the main thread has time for them, and its timers come first
const pulse = new Int32Array(workerData.pulse)
const trustedAt = new BigInt64Array(workerData.trustedAt)
let lastPulse = Atomics.load(pulse, 0)
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
    if (rows[0].held) Atomics.store(trustedAt, 0, sentAt)
    else parentPort?.postMessage('lost')
  } catch {
    client?.end().catch(() => {})
    client = null
  }
}

function stalled() {
  const now = process.hrtime.bigint()
  const pulseNow = Atomics.load(pulse, 0)
  if (pulseNow !== lastPulse) {
    lastPulse = pulseNow
    movedAt = now
  }
  return now - movedAt > BigInt(stallMs) * 1_000_000n
}

async function connect() {
  const made = new pg.Client({ ...config, connectionTimeoutMillis: heartbeatMs })
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
