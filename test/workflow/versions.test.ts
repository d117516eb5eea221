import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'

const make = (version: string) =>
  workflow(
    'versioned',
    async ({ step, version: own }) => {
      const before = await step.run('before', () => version)
      await step.waitFor('wait', { eventName: 'go' })
      return [before, version, own]
    },
    { version },
  )

test('a run stays on the version that it was started with', async () => {
  await using t = await startEngine([make('1')], { pollInterval: 50 })
  const old = await t.engine.startWorkflow(make('1'), undefined)
  await old.waitForStatus('waiting')
  await t.engine.registerWorkflow(make('2'))
  const young = await t.engine.startWorkflow({ workflowId: 'versioned', input: null })
  const asked = await t.engine.startWorkflow({ workflowId: 'versioned', input: null, version: '1' })
  for (const run of [old, young, asked]) {
    await run.waitForStatus('waiting')
    await run.signal('go')
  }
  expect(await old.result({ timeout: 15_000 })).toEqual(['1', '1', '1'])
  expect(await young.result({ timeout: 15_000 })).toEqual(['2', '2', '2'])
  expect(await asked.result({ timeout: 15_000 })).toEqual(['1', '1', '1'])
})

test('a worker without the version of a run leaves it to one that has it', async () => {
  await using t = await startEngine([make('1')], { pollInterval: 50 })
  const run = await t.engine.startWorkflow(make('1'), undefined)
  await run.waitForStatus('waiting')
  await t.engine.unregisterAllWorkflows()
  await t.engine.registerWorkflow(make('2'))
  await run.signal('go')
  const young = await t.engine.startWorkflow(make('2'), undefined)
  await young.waitForStatus('waiting')
  expect((await run.refresh()).status).toBe('running')
  await t.another([make('1')])
  expect(await run.result({ timeout: 15_000 })).toEqual(['1', '1', '1'])
})

test('a version that is unknown everywhere is refused at the start', async () => {
  await using t = await startEngine([make('1')])
  const start = t.engine.startWorkflow({ workflowId: 'versioned', input: null, version: '9' })
  await expect(start).rejects.toMatchObject({ code: 'MR040', name: 'WorkflowNotFoundError' })
})
