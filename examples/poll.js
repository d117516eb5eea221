// @ts-check
// Asks somebody who cannot call back. Between two questions the run costs nothing.
import { WorkflowEngine, workflow } from 'millrace'
import { connectionString } from './database.js'

/** A video service: it takes a while. */
const service = { asked: 0, state: () => (++service.asked < 3 ? 'encoding' : 'ready') }

const video = workflow('video', async ({ step }) => {
  const answer = await step.poll(
    'until it is encoded',
    () => service.state() === 'ready' && { url: 'https://video.example/7' },
    { interval: '1 s', timeout: '1 hour' },
  )
  return answer.timedOut ? 'it never came' : answer.data.url
})

const engine = new WorkflowEngine({ connectionString, workflows: [video] })
await engine.start()

const run = await engine.startWorkflow(video)
console.log(await run.result({ timeout: '30 s' }), `after ${service.asked} questions`)
await engine.stop()
