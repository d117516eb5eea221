// The process that the demo kills: an ordinary worker with one workflow. What it needs to know comes
// as a message, so that no password stands in a list of processes.
import { WorkflowEngine } from '../worker/workflow-engine.ts'
import { Ledger } from './ledger.ts'
import { orderWorkflow } from './orders.ts'
import { Shop } from './shop.ts'
import { LEASE_LOST, type WorkerSetup } from './worker-process.ts'

process.on('SIGINT', () => {}) // Ctrl-C reaches the whole process group; the demo decides
process.on('disconnect', () => process.exit(1)) // the demo is gone

process.once('message', async (setup: WorkerSetup) => {
  const { connectionString, schema, shopSchema, leaseSeconds, concurrency } = setup
  const shop = new Shop(connectionString, shopSchema)
  const ledger = new Ledger(connectionString, shopSchema)
  const engine = new WorkflowEngine({
    connectionString,
    schema,
    workflows: [orderWorkflow(shop, ledger)],
    logger: { log: () => {}, error: complain },
  })
  process.once('SIGTERM', async () => {
    await engine.stop()
    process.exit(0)
  })
  await engine.start({ lease: { seconds: leaseSeconds }, concurrency, pollInterval: '250 ms' })
  process.send?.('ready')
})

/** A worker that lost its lease would go on with a new one; here it ends, so that the tally is simple. */
function complain(message: string, ...more: unknown[]): void {
  console.error(`worker ${process.pid}: ${message}`, ...more)
  if (message.includes('the lease is over')) process.exit(LEASE_LOST)
}
