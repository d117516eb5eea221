// Steps of your own, and a look at everything that happens.
// Run: npm run build && DATABASE_URL=postgres://… npx jiti examples/plugin.ts
import { type StepBaseContext, WorkflowEngine, type WorkflowPlugin, workflow } from 'millrace'

const mail = {
  name: 'mail',
  methods: (step: StepBaseContext) => ({
    /** Sends a mail; durable, because it is made of a durable step. */
    sendMail: (id: string, to: string) => step.run(id, () => `sent to ${to}`),
  }),
} satisfies WorkflowPlugin<StepBaseContext>

const trace = {
  name: 'trace',
  beforeStep: ({ stepId }) => console.log(`> ${stepId}`),
  afterStep: ({ stepId }, output) => console.log(`< ${stepId}: ${output}`),
  afterWorkflow: ({ workflowId }) => console.log(`${workflowId} is done`),
} satisfies WorkflowPlugin

const greet = workflow.use(mail).use(trace)('greet', async ({ step }) => {
  await step.sendMail('greet Ada', 'ada@example.com')
  return step.run('count', () => 1)
})

const engine = new WorkflowEngine({
  connectionString: process.env.DATABASE_URL ?? '',
  workflows: [greet],
})
await engine.start()

const run = await engine.startWorkflow(greet, undefined)
console.log(await run.result({ timeout: '30 s' }))
await engine.stop()
