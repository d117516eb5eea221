// @ts-check
// Steps of your own, and a look at everything that happens.
import { WorkflowEngine, workflow } from 'millrace'
import { connectionString } from './database.js'

/** @import { StepBaseContext } from 'millrace' */

const mail = {
  name: 'mail',
  methods: (/** @type {StepBaseContext} */ step) => ({
    /**
     * Sends a mail; durable, because it is made of a durable step.
     * @param {string} id
     * @param {string} to
     */
    sendMail: (id, to) => step.run(id, () => `sent to ${to}`),
  }),
}

const greet = workflow.use(mail).use({
  name: 'trace',
  beforeStep: ({ stepId }) => console.log(`> ${stepId}`),
  afterStep: ({ stepId }, output) => console.log(`< ${stepId}: ${output}`),
  afterWorkflow: ({ workflowId }) => console.log(`${workflowId} is done`),
})('greet', async ({ step }) => {
  await step.sendMail('greet Ada', 'ada@example.com')
  return step.run('count', () => 1)
})

const engine = new WorkflowEngine({ connectionString, workflows: [greet] })
await engine.start()

const run = await engine.startWorkflow(greet)
console.log(await run.result({ timeout: '30 s' }))
await engine.stop()
