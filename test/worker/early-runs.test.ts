import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { DatabaseClock } from '../../src/worker/database-clock.ts'
import { type HeldRun, HeldRuns } from '../../src/worker/held-runs.ts'

describe('runs that were leased before their time', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  /** The database's clock is known to a millisecond. */
  function create(concurrency: number) {
    const clock = new DatabaseClock()
    const set = (to: number) => clock.heard(new Date(to), performance.now())
    set(Date.now())
    const begun: string[] = []
    const handedBack: string[] = []
    const held = new HeldRuns({
      concurrency,
      clock,
      begin: ({ task }) => begun.push(task.run),
      handBack: ({ task }) => handedBack.push(task.run),
    })
    return { held, begun, handedBack, set }
  }

  const task = (run: number, inMs: number | null): LeasedTask => ({
    ...{ run: String(run), task: 0, fence: '1', route: 1, crashes: 0, timeoutMs: null },
    ...{ input: null, meta: null, journal: [], waits: new Map([['nap', -1]]) },
    dueAt: inMs === null ? null : Date.now() + inMs,
  })

  test('begin when it comes, each at its own', () => {
    const { held, begun } = create(10)
    held.add(task(1, 50))
    held.add(task(2, 20))
    vi.advanceTimersByTime(19)
    expect(begun).toEqual([])
    vi.advanceTimersByTime(2)
    expect(begun).toEqual(['2'])
    vi.advanceTimersByTime(30)
    expect(begun).toEqual(['2', '1'])
  })

  test('take no place before it, but one is kept for each', () => {
    const { held, begun } = create(2)
    held.add(task(1, 50))
    expect([held.room(), held.earlyRoom()]).toEqual([2, 1])
    held.add(task(2, null))
    expect([held.room(), held.earlyRoom()]).toEqual([1, 0])
    expect(begun).toEqual(['2'])
  })

  test('go to others if their place is taken when it comes', () => {
    const { held, begun, handedBack } = create(1)
    held.add(task(1, 50))
    held.add(task(2, null))
    vi.advanceTimersByTime(60)
    expect(begun).toEqual(['2'])
    expect(handedBack).toEqual(['1'])
  })

  test('begin at once when the clock is found to be set', () => {
    const { held, begun, set } = create(1)
    held.add(task(1, 150))
    set(Date.now() + 3_600_000)
    held.look()
    expect(begun).toEqual(['1'])
  })

  test('are not begun when they are lost, or taken out, before it', () => {
    const { held, begun } = create(10)
    held.add(task(1, 50))
    held.add(task(2, 50))
    held.drop('1', held.get('1') as HeldRun)
    expect(held.takeWaiting().map((one) => one.task.run)).toEqual(['2'])
    vi.advanceTimersByTime(100)
    expect(begun).toEqual([])
    expect(held.earlyRoom()).toBe(10)
  })
})
