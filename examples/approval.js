// @ts-check
// A run that waits for a person, for days if need be, and goes on without them when time is over.
// Nothing waits in memory meanwhile: the process may end and start again.
import { WorkflowEngine, workflow } from 'millrace'
import { z } from 'zod'
import { connectionString } from './database.js'

const decision = z.object({ by: z.string(), approved: z.boolean() })

const expense = workflow(
  'expense',
  async ({ step, input }) => {
    const decided = await step.waitFor('decision', {
      eventName: 'decided',
      schema: decision,
      timeout: input.patience,
    })
    if (!decided) return `${input.what}: nobody decided in time`
    return `${input.what}: ${decided.approved ? 'approved' : 'refused'} by ${decided.by}`
  },
  { inputSchema: z.object({ what: z.string(), patience: z.string() }) },
)

const engine = new WorkflowEngine({ connectionString, workflows: [expense] })
await engine.start()

const chair = await engine.startWorkflow(expense, { what: 'a chair', patience: '2 days' })
const yacht = await engine.startWorkflow(expense, { what: 'a yacht', patience: '300 ms' })

// From anywhere: another process, a web server, SQL. A message that comes before the wait is kept.
await engine.triggerEvent({
  runId: chair.id,
  eventName: 'decided',
  data: { by: 'Grace', approved: true },
})

console.log(await chair.result({ timeout: '30 s' }))
console.log(await yacht.result({ timeout: '30 s' }))
await engine.stop()
