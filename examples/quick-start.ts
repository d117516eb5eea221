// A workflow of two steps and a pause, an engine that runs it, and its result.
// Run: npm run build && DATABASE_URL=postgres://… npx jiti examples/quick-start.ts
import { WorkflowEngine, workflow } from 'millrace'
import { z } from 'zod'

const welcome = workflow(
  'welcome',
  async ({ step, input }) => {
    const user = await step.run('create the user', () => ({ name: input.name, id: 7 }))
    await step.sleep('let them look around', '200 ms')
    return step.run('send a mail', () => `Welcome, ${user.name}!`)
  },
  { inputSchema: z.object({ name: z.string() }) },
)

const engine = new WorkflowEngine({
  connectionString: process.env.DATABASE_URL ?? '',
  workflows: [welcome],
})
await engine.start()

const run = await engine.startWorkflow(welcome, { name: 'Ada' })
console.log(await run.result({ timeout: '30 s' }))

for (const { stepId, kind, status } of await run.timeline()) {
  console.log(`${kind} "${stepId}": ${status}`)
}
await engine.stop()
