import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

test('attempts are counted on by the next owner, and a pause lets a step end', async () => {
  const attempts: string[] = []
  let release: () => void = () => {}
  const make = (name: string) =>
    workflow('counted', ({ step }) =>
      step.run(
        's',
        async ({ attempt }) => {
          attempts.push(`${name} ${attempt}`)
          if (attempt === 2)
            await new Promise<void>((resolve) => {
              release = resolve
            })
          if (attempt < 4) throw new Error('again')
          return attempt
        },
        { retry: { maxAttempts: 4, baseDelay: '300 ms', jitter: false } },
      ),
    )
  await using t = await startEngine([make('one')], { pollInterval: 50 })
  const run = await t.engine.startWorkflow(make('one'), undefined)
  await until('the second attempt runs', () => attempts.length === 2)
  expect((await run.pause()).status).toBe('running')
  release()
  await run.waitForStatus('paused')
  await t.engine.stop()
  const other = await t.another([make('two')])
  await (await other.getRun({ runId: run.id })).resume()
  const again = await other.getRun({ runId: run.id })
  expect(await again.result({ timeout: 15_000 })).toBe(4)
  expect(attempts).toEqual(['one 1', 'one 2', 'two 3', 'two 4'])
})

test('a stop lets running steps end and records them; the rest is done elsewhere', async () => {
  const calls: string[] = []
  let release: () => void = () => {}
  const make = (name: string) =>
    workflow('drained', async ({ step }) => {
      await step.run('first', async () => {
        calls.push(`${name} first`)
        await new Promise<void>((resolve) => {
          release = resolve
          if (name === 'two') resolve()
        })
      })
      return step.run('second', () => calls.push(`${name} second`))
    })
  await using t = await startEngine([make('one')], { drainTimeout: '10 s' })
  const run = await t.engine.startWorkflow(make('one'), undefined)
  await until('it runs', () => calls.length === 1)
  const stopped = t.engine.stop()
  release()
  await stopped
  const other = await t.another([make('two')])
  const same = await other.getRun({ runId: run.id })
  await same.result({ timeout: 15_000 })
  expect(calls).toEqual(['one first', 'two second'])
})
