// Both ends of your own database: a run that exists if your transaction commits, and a step whose
// result commits together with your rows.
// Run: npm run build && DATABASE_URL=postgres://… npx jiti examples/transactions.ts
import { WorkflowEngine, workflow } from 'millrace'
import pg from 'pg'
import { z } from 'zod'

const ship = workflow(
  'ship',
  async ({ step, input }) => {
    // exactly once: the rows and the record of the step are one commit
    const left = await step.transaction('take from stock', async (tx) => {
      const { rows } = await tx.query(
        'update example_stock set pieces = pieces - 1 returning pieces',
      )
      return rows[0].pieces as number
    })
    return `${input.order} is shipped, ${left} left`
  },
  { inputSchema: z.object({ order: z.string() }) },
)

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query(`
  create table if not exists example_orders (name text);
  create table if not exists example_stock (pieces int);
  insert into example_stock select 10 where not exists (select from example_stock)`)

const engine = new WorkflowEngine({ pool, workflows: [ship] })
await engine.start()

/** Takes an order: the row and the run come together, or not at all. */
async function order(name: string) {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    await tx.query('insert into example_orders values ($1)', [name])
    const run = await engine.startWorkflow(ship, { order: name }, { tx })
    if (name === 'a mistake') throw new Error('changed my mind')
    await tx.query('commit')
    return run
  } catch (error) {
    await tx.query('rollback')
    throw error
  } finally {
    tx.release()
  }
}

const run = await order('a lamp')
console.log(await run.result({ timeout: '30 s' }))
await order('a mistake').catch((error: Error) => console.log(error.message))
console.log(`runs: ${(await engine.getRuns({ workflowId: 'ship' })).items.length}`)

await engine.stop()
await pool.end()
