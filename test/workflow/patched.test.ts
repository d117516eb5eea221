import { expect, test } from 'vitest'
import { replayHistory } from '../../src/testing/replay-history.ts'
import type { StepBaseContext } from '../../src/workflow/step-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 15_000 }
type Code = (step: StepBaseContext) => Promise<unknown>
const made = (id: string, code: Code) => workflow(id, ({ step }) => code(step))

/** Other code under the runs that there are. */
async function deploy(id: string, code: Code) {
  await t.engine.unregisterWorkflow(id)
  await t.engine.registerWorkflow(made(id, code))
}

const before: Code = async (step) => {
  await step.run('a', () => 1)
  await step.waitFor('first', { eventName: 'go' })
  await step.run('b', () => 2)
  await step.waitFor('second', { eventName: 'go' })
  return 'old'
}
const after: Code = async (step) => {
  await step.run('a', () => 1)
  await step.waitFor('first', { eventName: 'go' })
  const isNew = await step.patched('check')
  if (isNew) await step.run('check', () => 'checked')
  else await step.run('b', () => 2)
  await step.waitFor('second', { eventName: 'go' })
  return isNew ? 'new' : 'old'
}

test('a run that was beyond goes the old way, one that comes there first the new one', async () => {
  const old = made('patched', before)
  const beyond = await t.start(old)
  await beyond.waitForStatus('waiting', LONG)
  const short = await t.start(old)
  await short.waitForStatus('waiting', LONG)
  await beyond.signal('go')
  await expect.poll(async () => (await beyond.refresh()).currentStepId, LONG).toBe('second')
  await deploy('patched', after)
  const fresh = await t.engine.startWorkflow({ workflowId: 'patched', input: null })
  await beyond.signal('go')
  expect(await beyond.result(LONG)).toBe('old')
  for (const run of [short, fresh]) {
    await run.signal('go')
    await run.signal('go')
    expect(await run.result(LONG)).toBe('new')
  }
  expect((await short.timeline()).map(({ stepId }) => stepId)).toContain('$patch:check')
  expect(await replayHistory(made('patched', after), await beyond.timeline())).toBeNull()
  expect(await replayHistory(made('patched', after), await short.timeline())).toBeNull()
})

test('a run that waits where it stood before the change goes on in the old way', async () => {
  const id = 'patched wait'
  const run = await t.start(
    made(id, async (step) => {
      await step.waitFor('answer', { eventName: 'go' })
      return 'old'
    }),
  )
  await run.waitForStatus('waiting', LONG)
  await deploy(id, async (step) => {
    if (await step.patched('p')) await step.run('x', () => 1)
    await step.waitFor('answer', { eventName: 'go' })
    return (await step.patched('p')) ? 'new' : 'old'
  })
  await run.signal('go')
  expect(await run.result(LONG)).toBe('old')
})

test('the answer stays, however often it is asked for, across replays and retries of the handler', async () => {
  const answers: boolean[] = []
  const run = await t.start(
    workflow(
      'patched again',
      async ({ step, attempt }) => {
        answers.push(await step.patched('p'))
        await step.sleep('nap', 20)
        answers.push(await step.patched('p'))
        if (attempt === 1) throw new Error('again')
        return answers.every(Boolean)
      },
      { retry: { baseDelay: 10 } },
    ),
  )
  expect(await run.result(LONG)).toBe(true)
  expect(answers.length).toBeGreaterThan(3)
})

test('a patch that is taken away while a run needs the old way pauses that run, by name', async () => {
  const id = 'patched early'
  const run = await t.start(made(id, before))
  await run.waitForStatus('waiting', LONG)
  await run.signal('go')
  await expect.poll(async () => (await run.refresh()).currentStepId, LONG).toBe('second')
  const third: Code = async (step) => {
    const result = await after(step)
    await step.waitFor('third', { eventName: 'go' })
    return result
  }
  await deploy(id, third)
  await run.signal('go')
  await expect.poll(async () => (await run.refresh()).currentStepId, LONG).toBe('third')
  await deploy(id, async (step) => {
    await step.run('a', () => 1)
    await step.waitFor('first', { eventName: 'go' })
    await step.run('b', () => 2)
    await step.waitFor('second', { eventName: 'go' })
    await step.waitFor('third', { eventName: 'go' })
    return 'without'
  })
  await run.signal('go')
  const paused = await run.waitForStatus('paused', LONG)
  expect(paused).toMatchObject({ reason: 'history_mismatch', failure: { code: 'MR033' } })
  expect(paused.error).toContain('step.patched("check")')
  await deploy(id, third)
  await run.resume()
  expect(await run.result(LONG)).toBe('old')
})

test('once only runs of the new way are left, the question may go', async () => {
  const id = 'patched late'
  const run = await t.start(made(id, after))
  await run.signal('go')
  await expect.poll(async () => (await run.refresh()).currentStepId, LONG).toBe('second')
  await deploy(id, async (step) => {
    await step.run('a', () => 1)
    await step.waitFor('first', { eventName: 'go' })
    await step.run('check', () => 'checked')
    await step.waitFor('second', { eventName: 'go' })
    return 'new'
  })
  await run.signal('go')
  expect(await run.result(LONG)).toBe('new')
})

test('a run that comes there after a sleep comes there first', async () => {
  const run = await t.start(
    workflow('patched after a sleep', async ({ step }) => {
      await step.sleep('nap', 30)
      return step.patched('p')
    }),
  )
  expect(await run.result(LONG)).toBe(true)
})

test('a name that is none is refused', async () => {
  const run = await t.start(
    workflow('patched badly', ({ step }) => step.patched(''), { retries: 0 }),
  )
  await expect(run.result(LONG)).rejects.toThrow('patch')
})
