import { expect, test } from 'vitest'
import { MinuteCounts } from '../../src/server/minute-counts.ts'

test('counts begin anew each minute, and there are no more than ten thousand', () => {
  let now = 0
  const shared = new MinuteCounts('share', () => now)
  const passing = new MinuteCounts('pass', () => now)
  expect(shared.isEmpty).toBe(true)
  for (const counts of [shared, passing])
    for (let i = 0; i < 10_000; i++) expect(counts.add(`n${i}`)).toBe(1)
  expect([shared.add('n7'), passing.add('n7')]).toEqual([2, 2])
  for (let i = 1; i <= 3; i++) {
    expect(shared.add(`more${i}`)).toBe(i)
    expect(passing.add(`more${i}`)).toBe(1)
  }
  expect([shared.of('another'), passing.of('another')]).toEqual([3, 0])
  now = 59_500
  expect(shared.secondsLeft).toBe(1)
  now = 60_000
  expect([shared.isEmpty, shared.of('n7'), shared.add('n7')]).toEqual([true, 0, 1])
})
