// Program 6 of the API: children; SQL and step in one commit.

import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { ChildFailedError, workflow } from 'millrace'
import { z } from 'zod'

const inputSchema = z.object({ orderId: z.number() })
const pack = workflow('pack', async ({ input }) => ({ box: `box-${input.orderId}` }), {
  inputSchema,
})
const audit = workflow('audit', async ({ logger }) => logger.info('audited'))

export const fulfil = workflow(
  'fulfil',
  async ({ step, input }) => {
    // do not wait
    await step.startWorkflow('audit', audit, undefined, { parentClose: 'abandon' })
    const { box } = await step
      .invoke('pack', pack, { orderId: input.orderId })
      .catch((error: unknown) => {
        if (error instanceof ChildFailedError) return { box: 'by hand' }
        throw error
      })
    await step.transaction('mark shipped', (tx) =>
      drizzle(tx)
        .execute(sql`update orders set box = ${box} where id = ${input.orderId}`)
        .then(() => {}),
    )
    return { box }
  },
  { inputSchema },
)
