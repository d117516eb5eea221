import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const durationMs = (json: string | null) => kernel.call('duration_ms', json)

test('a number is milliseconds', async () => {
  expect(await durationMs('1500')).toBe('1500')
  expect(await durationMs('0.6')).toBe('1')
  expect(await durationMs('3155760000000')).toBe('3155760000000')
})

test('a text is an interval', async () => {
  expect(await durationMs('"3 days"')).toBe(String(3 * 86_400_000))
  expect(await durationMs('"1 hour 30 minutes"')).toBe('5400000')
  expect(await durationMs('"PT2S"')).toBe('2000')
})

test('nothing stays nothing', async () => {
  expect(await durationMs(null)).toBeNull()
  expect(await durationMs('null')).toBeNull()
})

test.each([
  '0',
  '-1',
  '3155760000001',
  '"-1 day"',
  '"200 years"',
  '"soon"',
  '"1e999 days"',
  'true',
  '{}',
  '[]',
  '1e400',
])('refuses %s by name', async (json) => {
  await refusal(durationMs(json), 'MR001', 'is not a duration')
})
