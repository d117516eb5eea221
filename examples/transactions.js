// @ts-check
// Both ends of your own database: a run that exists if your transaction commits, and a step whose
// result commits together with your rows.
import { WorkflowEngine, workflow } from 'millrace'
import pg from 'pg'
import { z } from 'zod'
import { connectionString } from './database.js'

const ship = workflow(
  'ship',
  async ({ step, input }) => {
    // exactly once: the rows and the record of the step are one commit
    const left = await step.transaction('take from stock', async (tx) => {
      const { rows } = await tx.query(
        'update example_stock set pieces = pieces - 1 returning pieces',
      )
      return rows[0].pieces
    })
    return `${input.order} is shipped, ${left} left`
  },
  { inputSchema: z.object({ order: z.string() }) },
)

const pool = new pg.Pool({ connectionString })
await pool.query(`
  drop table if exists example_orders, example_stock;
  create table example_orders (name text);
  create table example_stock (pieces int);
  insert into example_stock values (10)`)

const engine = new WorkflowEngine({ pool, workflows: [ship] })
await engine.start()

/**
 * Takes an order: the row and the run come together, or not at all.
 * @param {string} name
 */
async function order(name) {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    await tx.query('insert into example_orders values ($1)', [name])
    const run = await engine.startWorkflow(ship, { order: name }, { tx, resourceId: name })
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
await order('a mistake').catch((error) => console.log(error.message))
const { items } = await engine.getRuns({ resourceId: 'a mistake' })
console.log(`runs of the mistake: ${items.length}`)

await engine.stop()
await pool.end()
