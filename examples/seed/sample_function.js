// A durable function: each step is done once, also if the process dies between two of them.
import { workflow } from 'millrace'

export const welcome = workflow('sample_function', async ({ step, input }) => {
  const { name = 'you' } = input ?? {}
  const user = await step.run('create the user', () => ({ id: 7, name }))
  await step.sleep('let them look around', '1 s')
  return step.run('say hello', () => `Welcome, ${user.name}!`)
})
