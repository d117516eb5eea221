import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

test('a worker whose places are all taken still ends runs that take too long', async () => {
  let begun = false
  const hang = workflow(
    'hang',
    ({ step }) =>
      step.run('s', () => {
        begun = true
        return pause(60_000, undefined, { ref: false })
      }),
    { timeout: '1 s' },
  )
  const short = workflow('short', () => 'done')
  await using t = await startEngine([hang, short], { concurrency: 1, pollInterval: 50 })
  const first = await t.engine.startWorkflow(hang, undefined)
  await until('it has the only place', () => begun)
  const second = await t.engine.startWorkflow(short, undefined)
  await expect(first.result({ timeout: 30_000 })).rejects.toMatchObject({
    failure: { code: 'MR054' },
  })
  expect(await second.result({ timeout: 30_000 })).toBe('done')
})
