// @ts-check
// A run that starts others, waits for all of them at once, and leaves one to itself.
import { ChildFailedError, WorkflowEngine, workflow } from 'millrace'
import { z } from 'zod'
import { connectionString } from './database.js'

const page = workflow(
  'page',
  async ({ step, input }) => {
    if (input.url.includes('broken')) throw new Error('404')
    return step.run('count', () => input.url.length)
  },
  { inputSchema: z.object({ url: z.string() }), retries: 0 },
)

const site = workflow(
  'site',
  async ({ step, input }) => {
    const counts = await Promise.all(
      input.urls.map((url, i) =>
        step.invoke(`page ${i}`, page, { url }).catch((error) => {
          if (error instanceof ChildFailedError) return 0
          throw error
        }),
      ),
    )
    await step.startWorkflow('and one more', page, { url: '/later' }, { parentClose: 'abandon' })
    return counts
  },
  { inputSchema: z.object({ urls: z.array(z.string()) }) },
)

const engine = new WorkflowEngine({ connectionString, workflows: [page, site] })
await engine.start()

const run = await engine.startWorkflow(site, { urls: ['/', '/about', '/broken'] })
console.log(await run.result({ timeout: '30 s' }))
console.log(`children: ${(await run.children()).length}`)
await engine.stop()
