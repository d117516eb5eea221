import type { Schema } from '../model/schema.ts'
import { workflow } from '../workflow/workflow.ts'
import type { Ledger } from './ledger.ts'
import type { Order, Shop } from './shop.ts'
import { work } from './work.ts'

/** The steps whose handlers do something: each of them is entered in the ledger. */
export const STEPS = ['validate', 'charge', 'reserve', 'ship'] as const

/** The name of the message that an order waits for. */
export const APPROVED = 'approved'

const CENTS_EACH = 1999

/**
 * An order, from validation to shipping. In an application of yours this stands in a module of its
 * own; here it is made around its shop and its ledger, because each demo has others.
 */
export function orderWorkflow(shop: Shop, ledger: Ledger) {
  return workflow(
    'order',
    async ({ step, input }) => {
      const { cents } = await step.run('validate', async (ctx) => {
        const receipt = await ledger.enter(ctx)
        await work()
        return { receipt, cents: input.quantity * CENTS_EACH }
      })

      // The bank is outside: if this worker dies before the result is recorded, the bank is asked
      // again. It knows the second question by its key, which is the same at every attempt.
      await step.run('charge', async (ctx) => {
        const receipt = await ledger.enter(ctx)
        const { payment } = await shop.bank.charge(ctx.idempotencyKey, cents)
        return { receipt, payment }
      })

      // The stock is in our own database: it changes in the commit that records the step, or not.
      await step.transaction('reserve', async (tx, ctx) => {
        const receipt = await ledger.enter(ctx)
        await work()
        await shop.reserve(tx, { run: ctx.runId, order: input, receipt })
        return { receipt }
      })

      const { by } = await step.waitFor('approval', { eventName: APPROVED, schema: approval })
      await step.sleep('cooling off', '500 ms')

      return step.run('ship', async (ctx) => {
        const receipt = await ledger.enter(ctx)
        await work()
        return { receipt, parcel: `parcel ${input.number}`, approvedBy: by }
      })
    },
    { inputSchema: order },
  )
}

/** Use zod, valibot, arktype or any other Standard Schema; this package has none at run time. */
const order = schema<Order>('an order of whole numbers from 1', (value) =>
  ['number', 'item', 'quantity'].every((key) => Number.isInteger(value[key]) && value[key] !== 0),
)
const approval = schema<{ by: string }>('an approval', ({ by }) => typeof by === 'string')

function schema<T>(what: string, fits: (value: Record<string, unknown>) => boolean): Schema<T> {
  const issues = [{ message: `must be ${what}` }]
  const isObject = (value: unknown) => typeof value === 'object' && value !== null
  return {
    '~standard': {
      version: 1,
      vendor: 'millrace-demo',
      validate: (value) =>
        isObject(value) && fits(value as Record<string, unknown>)
          ? { value: value as T }
          : { issues },
    },
  }
}
