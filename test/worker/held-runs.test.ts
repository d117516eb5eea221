import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { DatabaseClock } from '../../src/worker/database-clock.ts'
import { HeldRuns } from '../../src/worker/held-runs.ts'

const task = (run: number): LeasedTask => ({
  ...{ run: String(run), task: 0, fence: '1', route: 1, crashes: 0, timeoutMs: null },
  ...{ input: null, meta: null, journal: [], waits: new Map(), dueAt: null },
})

const clock = new DatabaseClock()

test('runs that are through but not written take up room, so that they cannot pile up', () => {
  const held = new HeldRuns({ concurrency: 10, clock, begin: () => {}, handBack: () => {} })
  let taken = 0
  while (held.room() > 0) {
    held.add(task(taken++))
    for (const one of held.all()) held.leave(one)
    expect(taken).toBeLessThan(10_000)
  }
  expect(taken).toBe(3010)
  const [first] = held.all()
  if (first) held.drop(first.task.run, first)
  expect(held.room()).toBe(1)
})
