// Steps that the graph beside this file calls by name.
import { defineStep } from 'millrace'

const prices: Record<string, number> = { lamp: 40, desk: 900, chair: 250 }

/** An item, with what it costs. */
export const reserve = defineStep('reserve', ({ sku, count }: { sku: string; count: number }) => {
  const price = prices[sku]
  if (price === undefined) throw new Error(`There is no ${sku}.`)
  return { sku, count, price: price * count }
})

/** The bank knows the key again if this is tried twice. */
export const charge = defineStep(
  'charge',
  ({ customer, amount }: { customer: string; amount: number }, { idempotencyKey, logger }) => {
    logger.info(`${customer} pays ${amount}`)
    return { paid: amount, receipt: idempotencyKey.length > 0 }
  },
)
