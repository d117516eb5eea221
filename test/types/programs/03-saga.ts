// Program 3 of the API: undo in reverse on failure or cancel.

import { NonRetryableError, workflow } from 'millrace'
import { bank, mail, stock } from './world.ts'

export const book = workflow('book', async ({ step, input }) => {
  const { sku, amount } = input as { sku: string; amount: number }
  if (amount <= 0) throw new NonRetryableError('amount must be positive')
  const { hold } = await step.run('reserve', () => stock.reserve(sku), {
    undo: ({ hold }) => stock.release(hold),
  })
  const charge = await step.run(
    'charge',
    ({ idempotencyKey }) => bank.charge({ amount, idempotencyKey }),
    {
      retry: { maxAttempts: 5, backoff: 'exponential', maxDelay: '1 minute' },
      timeout: '20 s',
      undo: ({ id }) => bank.refund(id),
    },
  )
  await step.run('ship', () => mail.send('warehouse@example.com', `${hold} ${charge.id}`))
})
