import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()

test('a handler stops at a wait: no code after it runs, and neither catch nor finally', async () => {
  const seen: string[] = []
  const w = workflow('stops', async ({ step }) => {
    seen.push('begin')
    try {
      await step.waitFor('wait', { eventName: 'go' })
      seen.push('after')
    } catch {
      seen.push('catch')
    } finally {
      seen.push('finally')
    }
    seen.push('end')
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  expect(seen).toEqual(['begin'])
  await run.signal('go')
  await run.result({ timeout: 15_000 })
  expect(seen).toEqual(['begin', 'begin', 'after', 'finally', 'end'])
})

test('a run completes when its handler returns, also before its last step', async () => {
  const w = workflow('early', async ({ step, input }) => {
    const n = await step.run('n', () => input as number)
    if (n > 1) return 'early'
    await step.run('never', () => 1)
    return 'late'
  })
  const run = await t.start(w, 2)
  expect(await run.result({ timeout: 15_000 })).toBe('early')
  expect((await run.refresh()).status).toBe('completed')
})

test('step ids may be computed, and the same id in a loop is counted', async () => {
  const calls: string[] = []
  const w = workflow('loops', async ({ step }) => {
    const results: number[] = []
    for (let i = 0; i < 3; i++) results.push(await step.run('same', () => calls.push('same') + i))
    for (const name of ['x', 'y']) await step.run(`step ${name}`, () => calls.push(name))
    await step.delay('nap', 30)
    return results
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toEqual([1, 3, 5])
  expect(calls).toEqual(['same', 'same', 'same', 'x', 'y'])
  const steps = (await run.timeline()).map((entry) => entry.stepId)
  expect(steps).toEqual(['same', 'same#2', 'same#3', 'step x', 'step y', 'nap'])
})

test('results are what was stored, at first and at replay', async () => {
  const at = new Date('2026-01-02T03:04:05Z')
  const seen: unknown[] = []
  const values = {
    date: at,
    nothing: undefined,
    zero: 0,
    no: false,
    empty: '',
    none: null,
    list: [undefined, at],
    object: { a: undefined, b: at },
  }
  const w = workflow('stored', async ({ step }) => {
    const got: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(values))
      got[name] = await step.run(name, () => value)
    seen.push(got)
    await step.delay('nap', 30)
    return got
  })
  const run = await t.start(w)
  const stored = {
    date: at.toISOString(),
    nothing: undefined,
    zero: 0,
    no: false,
    empty: '',
    none: null,
    list: [null, at.toISOString()],
    object: { b: at.toISOString() },
  }
  expect(await run.result({ timeout: 15_000 })).toEqual(stored)
  expect(seen).toHaveLength(2)
  expect(seen[0]).toStrictEqual(stored)
  expect(seen[1]).toStrictEqual(stored)
})

test('now, random and uuid are the same at every replay', async () => {
  const seen: unknown[] = []
  const w = workflow('stable', async ({ step }) => {
    const values = [await step.now(), await step.random(), await step.uuid(), await step.uuid()]
    seen.push(values)
    await step.delay('one', 30)
    await step.delay('two', 30)
    return values.map(String)
  })
  const run = await t.start(w)
  const result = await run.result({ timeout: 15_000 })
  expect(seen).toHaveLength(3)
  expect(seen[1]).toEqual(seen[0])
  expect(seen[2]).toEqual(seen[0])
  expect(new Set(result).size).toBe(4)
  expect(Math.abs((seen[0] as [Date])[0].getTime() - Date.now())).toBeLessThan(10_000)
})

test('a waiting run leaves nothing in the process', async () => {
  let held: WeakRef<object> | undefined
  const w = workflow('forgotten', async ({ step }) => {
    const big = { bytes: new Uint8Array(1024) }
    held = new WeakRef(big)
    await step.waitFor('wait', { eventName: 'go' })
    return big.bytes.length
  })
  const run = await t.start(w)
  await run.waitForStatus('waiting')
  await until('it is not held', () => t.engine.held === 0)
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  await until('it is collected', () => {
    gc()
    return held?.deref() === undefined
  })
  await run.signal('go')
  expect(await run.result({ timeout: 15_000 })).toBe(1024)
})

test('a step that nobody awaits and that fails does not take the process down', async () => {
  const w = workflow('unawaited', async ({ step }) => {
    void step.run('lost', () => Promise.reject(new Error('nobody hears')), { retry: false })
    await step.delay('nap', 20)
    return 'fine'
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('fine')
})

test('a handler that does something slow of its own between steps is waited for', async () => {
  const w = workflow('slow between', async ({ step }) => {
    await step.run('a', () => 1)
    await new Promise((resolve) => setTimeout(resolve, 150))
    return step.run('b', () => 2)
  })
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(2)
})

test('a run with more rows than maxSteps is paused with reason limit, and nothing is lost', async () => {
  const calls: number[] = []
  const w = workflow(
    'limited',
    async ({ step }) => {
      for (let i = 0; i < 20; i++) await step.run('s', () => calls.push(i))
    },
    { maxSteps: 10 },
  )
  const run = await t.start(w)
  const paused = await run.waitForStatus('paused')
  expect(paused.reason).toBe('limit')
  expect(paused.failure).toMatchObject({ code: 'MR022', name: 'LimitError' })
  expect(paused.error).toMatch(/maxSteps/)
  const done = calls.length
  await run.resume()
  await run.waitForStatus('paused')
  expect(calls.length).toBe(done)
})

test('a failed handler is tried again from its start, and its recorded steps do not run again', async () => {
  const calls: string[] = []
  const attempts: number[] = []
  const w = workflow(
    'handler retries',
    async ({ step, attempt }) => {
      attempts.push(attempt)
      await step.run('once', () => calls.push('once'))
      if (attempt < 3) throw new Error(`attempt ${attempt}`)
      return attempt
    },
    { retry: { baseDelay: 1, jitter: false } },
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe(3)
  expect(calls).toEqual(['once'])
  expect(attempts).toEqual([1, 2, 3])
  expect((await run.refresh()).retryCount).toBe(2)
})

test('a handler that throws while it replays is tried again, not taken for changed code', async () => {
  let replays = 0
  const w = workflow(
    'throws in replay',
    async ({ step }) => {
      await step.run('a', () => 1)
      if (replays++ === 1) throw new Error('the network was away')
      await step.delay('nap', 30)
      return step.run('b', () => 'done')
    },
    { retry: { baseDelay: 1, jitter: false } },
  )
  const run = await t.start(w)
  expect(await run.result({ timeout: 15_000 })).toBe('done')
})
