import { z } from 'zod'
import { workflow } from '../../src/index.ts'

/** Program 12 of the API, asking by a signal. */
export const refund = workflow(
  'refund',
  async ({ step, input }) => {
    const answer = await step.waitFor('big refund', {
      eventName: 'answered',
      schema: z.object({ approved: z.boolean(), comment: z.string() }),
      timeout: '2 days',
    })
    if (!answer?.approved) return { refunded: false, why: answer?.comment ?? 'nobody answered' }
    await step.run('refund', () => ({ id: `re_${input.chargeId}` }))
    return { refunded: true, why: null }
  },
  {
    inputSchema: z.object({ customer: z.string(), chargeId: z.string(), amount: z.number() }),
  },
)

export const ada = { customer: 'Ada', chargeId: 'ch_1', amount: 900 }
