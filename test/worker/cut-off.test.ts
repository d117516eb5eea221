import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

test('a worker that is cut off can be stopped, and its runs go to others', {
  timeout: 90_000,
}, async () => {
  await using t = await startEngine([])
  const proxy = await startProxy(t.db.url)
  let calls = 0
  const w = workflow('stopped', ({ step }) =>
    step.run('s', async ({ signal }) => {
      if (calls++ > 0) return 'elsewhere'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }),
  )
  const options = { lease: '3 s', drainTimeout: '100 ms' }
  await t.engine.registerWorkflow(w)
  await t.engine.unregisterWorkflow('stopped')
  const engine = await t.another([w], options, { connectionString: proxy.url })
  const run = await t.engine.startWorkflow(w, undefined)
  await until('it runs', () => calls === 1)
  proxy.cut()
  const began = performance.now()
  await engine.stop()
  expect(performance.now() - began).toBeLessThan(20_000)
  await t.another([w])
  expect(await run.result({ timeout: 40_000 })).toBe('elsewhere')
  await proxy.close()
})
