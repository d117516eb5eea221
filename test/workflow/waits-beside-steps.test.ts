// Waits beside a step that works for long: their time, and their messages, are heard while it does.
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine({}, { testClock: true })

/** Works until it is aborted. */
const forLong = ({ signal }: { signal: AbortSignal }) =>
  new Promise<string>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
const crash = () => t.db.query('select millrace.crash_test_workers()')

test('a delay that begins with it, after another step', async () => {
  const w = workflow('delay beside', async ({ step }) => {
    await step.run('a', () => 1)
    return Promise.race([step.run('long', forLong), step.delay('d', 50).then(() => 'd')])
  })
  expect(await (await t.start(w)).result({ timeout: 30_000 })).toBe('d')
})

test('a delay that was over when another worker got the run', async () => {
  let begun = 0
  const w = workflow('over beside', async ({ step }) => {
    const long = step.run('long', (ctx) => {
      begun++
      return forLong(ctx)
    })
    const short = step.run('a', () => 1).then(() => step.delay('d', 200))
    return Promise.race([long, short.then(() => 'd')])
  })
  const run = await t.start(w)
  await until(
    'it waits',
    async () => (await t.db.value('select wait_keys from millrace.live')) !== null,
  )
  await crash()
  expect(await run.result({ timeout: 30_000 })).toBe('d')
  expect(begun).toBeLessThan(3)
})

test('a backoff that was over when another worker got the run', async () => {
  const w = workflow('backoff beside', async ({ step }) => {
    const tried = step.run(
      'tried',
      ({ attempt }) => {
        if (attempt === 1) throw new Error('again')
        return 'tried'
      },
      { retry: { baseDelay: 100, jitter: false } },
    )
    return Promise.race([step.run('long', forLong), tried])
  })
  const run = await t.start(w)
  await until(
    'it waits',
    async () => (await t.db.value('select wait_keys from millrace.live')) !== null,
  )
  await crash()
  expect(await run.result({ timeout: 30_000 })).toBe('tried')
})

test('a message that comes while another worker has the run', async () => {
  let begun = 0
  const w = workflow('message beside', async ({ step }) => {
    await step.run('a', () => 1)
    const long = step.run('long', (ctx) => {
      begun++
      return forLong(ctx)
    })
    return Promise.race([long, step.waitFor('m', { eventName: 'go' })])
  })
  const run = await t.start(w)
  await until('it works', () => begun === 1)
  await crash()
  await until('another has it', () => begun === 2, { timeout: 10_000 })
  await run.signal('go', 'heard')
  expect(await run.result({ timeout: 30_000 })).toBe('heard')
})
