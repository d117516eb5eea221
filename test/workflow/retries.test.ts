import { expect, test } from 'vitest'
import { NonRetryableError, RetryAfterError } from '../../src/model/errors.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const quick = { baseDelay: 1, jitter: false } as const

/** A step that fails `failures` times, and the attempts that were made of it. */
function failing(failures: number, error: () => unknown = () => new Error('no')) {
  const attempts: number[] = []
  const fn = ({ attempt }: { attempt: number }) => {
    attempts.push(attempt)
    if (attempts.length <= failures) throw error()
    return 'good'
  }
  return { attempts, fn }
}

test('a step is tried three times by default, then the run fails at once with what it threw', async () => {
  const { attempts, fn } = failing(9)
  const w = workflow('default', ({ step }) => step.run('s', fn), { retry: quick })
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    code: 'MR052',
    name: 'RunFailedError',
    failure: { code: 'MR050', message: 'no', stepId: 's', attempt: 3 },
  })
  expect(attempts).toEqual([1, 2, 3])
})

test('attempts never multiply: the handler is not tried again for a step that used its own up', async () => {
  const { attempts, fn } = failing(99)
  let handlers = 0
  const w = workflow(
    'multiply',
    async ({ step }) => {
      handlers++
      await step.run('s', fn, { retry: { ...quick, maxAttempts: 2 } })
    },
    { retries: 5 },
  )
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({ failure: { attempt: 2 } })
  expect(attempts).toEqual([1, 2])
  expect(handlers).toBeLessThanOrEqual(3)
})

test('retry: false is one attempt; NonRetryableError and retryIf end the attempts', async () => {
  const one = failing(9)
  const stop = failing(9, () => new NonRetryableError('stop'))
  const filtered = failing(9, () => new TypeError('a bug'))
  const passing = failing(2, () => new Error('passing'))
  const retryIf = (error: unknown) => !(error instanceof TypeError)
  const w = workflow('ends', async ({ step }) => {
    const all = await Promise.allSettled([
      step.run('one', one.fn, { retry: false }),
      step.run('stop', stop.fn, { retry: { ...quick, maxAttempts: 9 } }),
      step.run('filtered', filtered.fn, { retry: { ...quick, maxAttempts: 9, retryIf } }),
      step.run('passing', passing.fn, { retry: { ...quick, maxAttempts: 9, retryIf } }),
    ])
    return all.map((result) => result.status)
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
  ])
  expect([one, stop, filtered, passing].map((step) => step.attempts.length)).toEqual([1, 1, 1, 3])
})

test('a handler may catch what a step threw, with its cause, also at replay', async () => {
  const seen: unknown[] = []
  const w = workflow('caught', async ({ step }) => {
    const error = await step
      .run('s', () => Promise.reject(Object.assign(new Error('gone'), { code: 'E_GONE' })), {
        retry: { ...quick, maxAttempts: 2 },
      })
      .catch((caught: unknown) => caught as Error & { code: string; details: object })
    seen.push([error.name, error.message, error.code, (error.cause as Error).message])
    await step.waitFor('go', { eventName: 'go' })
  })
  const run = await t.start(w)
  const step = async () => (await run.refresh()).currentStepId
  await expect.poll(step, { timeout: 15_000 }).toBe('go')
  await run.signal('go')
  await run.result({ timeout: 15_000 })
  const expected = ['StepFailedError', 'Step "s" failed after 2 attempts: gone', 'MR050', 'gone']
  expect(seen.length).toBeGreaterThan(1)
  for (const one of seen) expect(one).toEqual(expected)
})

test('the delay grows as the options say, and a long one is not slept here', async () => {
  await using clocked = await (await import('../support/engine.ts')).startEngine(
    [],
    { pollInterval: 50 },
    { testClock: true },
  )
  const delays = {
    exponential: [10, 20, 40, 45],
    linear: [10, 20, 30, 40],
    fixed: [10, 10, 10, 10],
  }
  for (const [backoff, expected] of Object.entries(delays)) {
    const { fn, attempts } = failing(4)
    const retry = {
      backoff: backoff as 'fixed',
      baseDelay: '10 min',
      maxDelay: '45 min',
      jitter: false,
      maxAttempts: 9,
    } as const
    const w = workflow(`delays ${backoff}`, ({ step }) => step.run('s', fn, { retry }))
    await clocked.engine.registerWorkflow(w)
    const run = await clocked.engine.startWorkflow(w, undefined)
    for (const [i, minutes] of expected.entries()) {
      await run.waitForStatus('waiting')
      expect(attempts.length).toBe(i + 1)
      const until = await clocked.db.value<number>(
        "select extract(epoch from wake_at - millrace.clock())::int from millrace.live where state = 'w'",
      )
      expect(Math.abs(until - minutes * 60)).toBeLessThan(5)
      await clocked.db.advanceClock(minutes * 60_000)
      await expect.poll(() => attempts.length, { timeout: 10_000 }).toBe(i + 2)
    }
    expect(await run.result({ timeout: 15_000 })).toBe('good')
  }
})

test('RetryAfterError says itself when the next attempt comes', async () => {
  const { fn, attempts } = failing(1, () => new RetryAfterError('busy', '2 hours'))
  const w = workflow('after', ({ step }) => step.run('s', fn))
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  const seconds = await t.db.value<number>(
    "select extract(epoch from wake_at - clock_timestamp())::int from millrace.live where state = 'w' and wait_keys = '{~s}'",
  )
  expect(Math.abs(seconds - 7200)).toBeLessThan(10)
  await run.fastForward()
  expect(await run.result({ timeout: 15_000 })).toBe('good')
  expect(attempts).toEqual([1, 2])
})

test('an output that cannot be stored fails its step at once, by its name', async () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  const outputs: Record<string, unknown> = {
    zero: 'a\0b',
    surrogate: '\ud800',
    bigint: 10n,
    cycle: cyclic,
    depth: deep,
    size: 'x'.repeat(1024 * 1024),
    map: new Map(),
    nan: Number.NaN,
  }
  let calls = 0
  const w = workflow('unstorable', async ({ step, input }) => {
    await step.run('s', () => {
      calls++
      return outputs[input as string] as never
    })
  })
  for (const name of Object.keys(outputs)) {
    const run = await t.start(w, name)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
      failure: { code: 'MR002', name: 'PayloadError', stepId: 's', attempt: 1 },
    })
  }
  expect(calls).toBe(Object.keys(outputs).length)
})

test('anything may be thrown', async () => {
  const w = workflow('thrown', async ({ step, input }) => {
    await step.run(
      's',
      () => {
        if (input === 'text') throw 'a text'
        if (input === 'nothing') throw undefined
        if (input === 'zero') throw new Error('a\0b \ud800')
        throw new Proxy(
          {},
          {
            get: () => {
              throw new Error('no')
            },
          },
        )
      },
      { retry: false },
    )
  })
  for (const input of ['text', 'nothing', 'zero', 'proxy']) {
    const run = await t.start(w, input)
    await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({ code: 'MR052' })
  }
})
