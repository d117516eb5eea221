import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DatabaseClock } from '../../src/worker/database-clock.ts'

/** The database's clock is 5 s ahead of ours. */
const AHEAD_MS = 5000

describe('DatabaseClock', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  const databaseNow = () => Date.now() + AHEAD_MS

  /** A question, its answer, and how long each took on the way. */
  function ask(clock: DatabaseClock, there: number, back: number, set = 0): void {
    const sentAt = performance.now()
    vi.advanceTimersByTime(there)
    const time = new Date(databaseNow() + set)
    vi.advanceTimersByTime(back)
    clock.heard(time, sentAt)
  }

  /** How far the two bounds are from what the clock shows. */
  function slack(clock: DatabaseClock, set = 0): { least: number; most: number } {
    const now = databaseNow() + set
    const latest = clock.latest() as Date
    return { least: now - clock.earliest().getTime(), most: latest.getTime() - now }
  }

  test('knows the time of this machine, and no bound, before the first reply', () => {
    const clock = new DatabaseClock()
    expect(clock.earliest()).toEqual(new Date())
    expect(clock.latest()).toBeNull()
  })

  test('is off by no more than the way back, and the way there', () => {
    const clock = new DatabaseClock()
    ask(clock, 30, 10)
    expect(slack(clock)).toEqual({ least: 10, most: 31 })
    vi.advanceTimersByTime(1500)
    expect(slack(clock)).toEqual({ least: 10, most: 31 })
  })

  test('heeds the fastest of the last replies, each way by itself', () => {
    const clock = new DatabaseClock()
    ask(clock, 30, 10)
    ask(clock, 2, 50)
    ask(clock, 40, 1)
    expect(slack(clock)).toEqual({ least: 1, most: 3 })
  })

  test('forgets what is long ago: clocks drift apart', () => {
    const clock = new DatabaseClock()
    ask(clock, 1, 1)
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(6000)
      ask(clock, 20, 20)
    }
    expect(slack(clock)).toEqual({ least: 20, most: 21 })
  })

  test.each([-3600_000, 3600_000])('follows a clock that was set by %i ms', (set) => {
    const clock = new DatabaseClock()
    ask(clock, 1, 1)
    ask(clock, 20, 20, set)
    expect(slack(clock, set)).toEqual({ least: 20, most: 21 })
  })

  test('says nothing of the latest time after a silence, or when the connection was lost', () => {
    const clock = new DatabaseClock()
    ask(clock, 1, 1)
    vi.advanceTimersByTime(2001)
    expect(clock.latest()).toBeNull()
    ask(clock, 1, 1)
    expect(clock.latest()).not.toBeNull()
    clock.forget()
    expect(clock.latest()).toBeNull()
    ask(clock, 1, 1)
    expect(clock.latest()).not.toBeNull()
  })
})
