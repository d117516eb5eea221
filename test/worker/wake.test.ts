import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Wake } from '../../src/worker/wake.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** How long a sleep lasted, in milliseconds. */
async function slept(wake: Wake, ms: number, meanwhile?: () => void): Promise<number> {
  const from = performance.now()
  const sleep = wake.sleep(ms).then(() => performance.now() - from)
  meanwhile?.()
  await vi.runAllTimersAsync()
  return Math.round(await sleep)
}

test('it lasts as long as it was told to', async () => {
  expect(await slept(new Wake(), 500)).toBe(500)
  expect(await slept(new Wake(), 0)).toBe(0)
})

test('a call ends it, and one before it is not lost', async () => {
  const wake = new Wake()
  expect(await slept(wake, 500, () => setTimeout(() => wake.now(), 20))).toBe(20)
  wake.now()
  expect(await slept(wake, 500)).toBe(0)
  expect(await slept(wake, 500)).toBe(500)
})

test('what comes due ends it, told before or meanwhile, once', async () => {
  const wake = new Wake()
  wake.within(100)
  wake.within(300)
  expect(await slept(wake, 500)).toBe(100)
  expect(await slept(wake, 500)).toBe(500)
  expect(await slept(wake, 500, () => wake.within(50))).toBe(50)
})

test('what comes due later does not make it longer', async () => {
  const wake = new Wake()
  expect(await slept(wake, 500, () => wake.within(60_000))).toBe(500)
})

test('a call takes back that the next sleep is a real one', () => {
  const wake = new Wake()
  wake.arm()
  expect(wake.armed).toBe(true)
  wake.now()
  expect(wake.armed).toBe(false)
})
