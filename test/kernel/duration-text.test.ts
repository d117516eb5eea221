import { expect, test } from 'vitest'
import { formatDuration } from '../../src/model/duration.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const text = (ms: number) => kernel.value<string>('select millrace.duration_text($1)', [ms])

test.each([
  [1, '1 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [30_000, '30 s'],
  [60_000, '1 min'],
  [90_000, '1 min 30 s'],
  [5_400_000, '1 h 30 min'],
  [86_400_000, '1 day'],
  [183_600_000, '2 days 3 h'],
  [30 * 86_400_000, '30 days'],
])('%s ms is %s, as it is elsewhere', async (ms, told) => {
  expect([await text(ms), formatDuration(ms)]).toEqual([told, told])
})

test('nothing is rounded', async () => {
  expect(await text(90_061_001)).toBe('1 day 1 h 1 min 1.001 s')
})
