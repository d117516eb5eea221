// Program 10 of the API: cron, in code and at run time.

import { WorkflowClient, workflow } from 'millrace'
import { mail } from './world.js'

export const report = workflow(
  'daily-report',
  async ({ step, logger }) => {
    const day = (await step.now()).toISOString().slice(0, 10)
    await step.run('send', () => mail.send('all@example.com', `Report of ${day}`))
    logger.info('sent', { day })
  },
  {
    schedule: {
      cron: '0 9 * * 1-5',
      timezone: 'Europe/Vienna',
      overlap: 'skip',
      catchUp: 'one',
    },
  },
)
const client = new WorkflowClient({ connectionString: process.env.DATABASE_URL })
const s = await client.putSchedule({
  id: 'acme-report',
  workflowId: 'daily-report',
  cron: '*/10 * * * *',
  input: { tenant: 'acme' },
})
console.log(s.nextRuns)
const every = workflow('every', async () => {}, { schedule: ['0 9 * * *', { every: '1 hour' }] })
// @ts-expect-error: one of cron and every
await client.putSchedule({ id: 'a', workflowId: every.id })
// @ts-expect-error: what overlap can be
await client.putSchedule({ id: 'a', workflowId: every.id, every: 1000, overlap: 'both' })
const [first] = await client.getSchedules()
const next: Date | undefined = first?.nextRuns[0]
const last: string | null | undefined = first?.lastRunId
const run = await client.runSchedule({ id: 'acme-report' })
console.log(next, last, run.scheduledFor?.getTime(), run.scheduleId)
