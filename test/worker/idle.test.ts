import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { startEngine } from '../support/engine.ts'

const LINKS = 8

test('a worker is not idle while runs that end start others', async () => {
  let ended = 0
  // longer than it takes a worker to find that there is nothing else to do
  const work = () => pause(200, null)
  const next = createWorkflowRef('link')
  const link = workflow(
    'link',
    async ({ step, input }) => {
      await step.run('work', work)
      if (input > 1) await step.startWorkflow('next', next, input - 1, { parentClose: 'abandon' })
      ended++
    },
    { inputSchema: z.number() },
  )
  await using t = await startEngine([link], { pollInterval: '60 s' })
  while (!t.engine.idle) await turn()
  await t.engine.startWorkflow(link, LINKS)
  while (ended === 0) await turn()
  while (!t.engine.idle) await turn()
  expect(ended).toBe(LINKS)
})
