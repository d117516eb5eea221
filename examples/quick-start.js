// @ts-check
// A workflow of two steps and a pause, an engine that runs it, its result, and what happened.
import { WorkflowEngine, workflow } from 'millrace'
import { z } from 'zod'
import { connectionString } from './database.js'

const welcome = workflow(
  'welcome',
  async ({ step, input }) => {
    const user = await step.run('create the user', () => ({ name: input.name, id: 7 }))
    await step.sleep('let them look around', '200 ms')
    return step.run('send a mail', () => `Welcome, ${user.name}!`)
  },
  { inputSchema: z.object({ name: z.string() }) },
)

const engine = new WorkflowEngine({ connectionString, workflows: [welcome] })
await engine.start()

const run = await engine.startWorkflow(welcome, { name: 'Ada' })
console.log(await run.result({ timeout: '30 s' }))

for (const { stepId, kind, status } of await run.timeline()) {
  console.log(`${kind} "${stepId}": ${status}`)
}
await engine.stop()
