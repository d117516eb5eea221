// Program 1 of the API: quick start.
import { WorkflowEngine, workflow } from 'millrace'
import { z } from 'zod'
import { mail } from './world.ts'

const signup = workflow(
  'signup',
  async ({ step, input }) => {
    const account = await step.run('create account', async () => ({
      id: 'acc_1',
      createdAt: new Date(),
    }))
    await step.run('say hello', ({ idempotencyKey }) =>
      mail.send(input.email, `Hello ${idempotencyKey}`),
    )
    await step.sleep('let them look around', '3 days')
    await step.run('ask how it goes', () => mail.send(input.email, 'How is it going?'))
    // since: string. What you see is what was stored.
    return { accountId: account.id, since: account.createdAt }
  },
  { inputSchema: z.object({ email: z.string() }) },
)

const engine = new WorkflowEngine({
  connectionString: process.env.DATABASE_URL as string,
  workflows: [signup],
})
await engine.start()
const run = await engine.startWorkflow(
  signup,
  { email: 'ada@example.com' },
  { idempotencyKey: 'signup:ada' },
)
console.log((await run.result()).accountId)
export const since: string = (await run.result()).since
