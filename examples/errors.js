// @ts-check
// What can go wrong in a step, and what to do about it: try again, try later, give up, make good.
import {
  NonRetryableError,
  RetryAfterError,
  RunFailedError,
  StepFailedError,
  WorkflowEngine,
  workflow,
} from 'millrace'
import { z } from 'zod'
import { connectionString } from './database.js'

const trip = workflow(
  'trip',
  async ({ step, input }) => {
    // fails twice; the attempts are counted, also across the death of this process
    const flight = await step.run(
      'book the flight',
      ({ attempt }) => {
        if (attempt < 3) throw new Error('the airline is busy')
        return `flight, at attempt ${attempt}`
      },
      { retry: { maxAttempts: 5, baseDelay: '50 ms' } },
    )
    // the other side says when to come back
    const train = await step.run('book the train', ({ attempt }) => {
      if (attempt === 1) throw new RetryAfterError('too many requests', '100 ms')
      return 'train'
    })
    try {
      await step.run('book the hotel', () => {
        if (input.hotel === 'closed') throw new NonRetryableError('it burned down')
      })
    } catch (error) {
      // its attempts are used up: make good what was done, then fail or go on
      if (!(error instanceof StepFailedError)) throw error
      await step.run('cancel the flight', () => console.log('flight cancelled'))
      throw error
    }
    return [flight, train]
  },
  { inputSchema: z.object({ hotel: z.enum(['open', 'closed']) }) },
)

const engine = new WorkflowEngine({ connectionString, workflows: [trip] })
await engine.start()

const good = await engine.startWorkflow(trip, { hotel: 'open' })
console.log(await good.result({ timeout: '30 s' }))

const bad = await engine.startWorkflow(trip, { hotel: 'closed' })
try {
  await bad.result({ timeout: '30 s' })
} catch (error) {
  if (!(error instanceof RunFailedError)) throw error
  console.log(error.failure.message, 'in', error.failure.stepId)
}
await engine.stop()
