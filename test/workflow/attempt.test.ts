import { expect, test, vi } from 'vitest'
import { attempt } from '../../src/workflow/attempt.ts'
import { LazySignal } from '../../src/workflow/lazy-signal.ts'

const never = new Promise<never>(() => {})
const what = { what: 'Step', key: 'pay' }

test('a handler that has its result at once needs no limit, and leaves nothing behind', () => {
  const run = new LazySignal()
  const limits = { ...what, ms: 1, with: [run], prompt: true }
  expect(attempt(limits, () => 7)).toBe(7)
  const boom = () => {
    throw new Error('boom')
  }
  expect(() => attempt(limits, boom)).toThrow('boom')
})

test('its time counts from its call, also where it works before it gives a promise', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
  try {
    const given: AbortSignal[] = []
    const tried = attempt({ ...what, ms: 50, with: [new LazySignal()] }, (signal) => {
      given.push(signal())
      vi.advanceTimersByTime(30)
      return never
    })
    const failed = expect(tried).rejects.toThrow('"pay" took longer than its timeout of 50 ms')
    vi.advanceTimersByTime(19)
    expect(given[0]?.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(given[0]?.aborted).toBe(true)
    await failed
  } finally {
    vi.useRealTimers()
  }
})

test('any of those that it is given up with ends it, with its reason', async () => {
  for (const first of [0, 1]) {
    const all = [new LazySignal(), new LazySignal()]
    let signal: AbortSignal | undefined
    const tried = attempt({ ...what, ms: null, with: all, prompt: true }, (given) => {
      signal = given()
      return never
    })
    const reason = new Error(`${first}`)
    all[first]?.abort(reason)
    await expect(tried).rejects.toBe(reason)
    expect(signal?.reason).toBe(reason)
  }
})

test('what was given up before is so at once, and its signal says so when it is asked for', async () => {
  const [gone, reason] = [new LazySignal(), new Error('gone')]
  gone.abort(reason)
  let aborted = false
  const tried = attempt({ ...what, ms: null, with: [gone], prompt: true }, (signal) => {
    aborted = signal().aborted
    return never
  })
  await expect(tried).rejects.toBe(reason)
  expect(aborted).toBe(true)
})

test('one that ended hears of nothing any more', async () => {
  const run = new LazySignal()
  let signal: AbortSignal | undefined
  const limits = { ...what, ms: 1000, with: [run] }
  const tried = attempt(limits, async (given) => {
    signal = given()
    return 7
  })
  expect(await tried).toBe(7)
  run.abort(new Error('later'))
  expect(signal?.aborted).toBe(false)
})

test('a signal has the first reason, also if it is asked for later', () => {
  const [signal, heard] = [new LazySignal(), [] as unknown[]]
  const listener = (reason: unknown) => heard.push(reason)
  signal.listen(listener)
  signal.abort(1)
  signal.abort(2)
  signal.listen((reason) => heard.push(reason))
  expect([
    signal.aborted,
    signal.reason,
    signal.signal.aborted,
    signal.signal.reason,
    heard,
  ]).toEqual([true, 1, true, 1, [1, 1]])
})
