// Program 5 of the API: start inside your transaction, with Express, Drizzle and pg.

import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, serial } from 'drizzle-orm/pg-core'
import { createWorkflowRef, WorkflowClient } from 'millrace/client'
import { fromDrizzle } from 'millrace/drizzle'
import pg from 'pg'
// types only: no handler is loaded here
import type { fulfil } from './06-children.ts'
import { express } from './world.ts'

const orders = pgTable('orders', { id: serial().primaryKey(), cents: integer().notNull() })
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const [db, client] = [drizzle(pool), new WorkflowClient({ pool })]
const fulfilOrder = createWorkflowRef<typeof fulfil>('fulfil')

express()
  .use(express.json())
  .post('/orders', async (req, res) => {
    const run = await db.transaction(async (tx) => {
      const [order] = await tx.insert(orders).values({ cents: req.body.cents }).returning()
      if (!order) throw new Error('no order')
      // both or neither
      const options = { tx: fromDrizzle(tx) }
      return client.startWorkflow(fulfilOrder, { orderId: order.id }, options)
    })
    res.status(202).json({ runId: run.id })
  })

const plain = await pool.connect()
const run = await client.startWorkflow(fulfilOrder, { orderId: 1 }, { tx: plain })
export const box: string = (await run.result()).box
