import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newestTimes, nextTimes, planTicks, type TimeRule, timesOf } from '../../src/model/ticks.ts'

const SECOND = 1000
const DAY = 86_400_000
const minute: TimeRule = { cron: '* * * * *', timezone: 'UTC' }
const anchor = Date.parse('2026-11-20T12:00:00.123Z')
const every = (everyMs: number): TimeRule => ({ everyMs, anchor })
const at = (text: string) => Date.parse(`2026-11-20T${text}Z`)
const plan = (rule: TimeRule, after: number, now: number, catchUp: 'none' | 'one' | 'all') =>
  planTicks(timesOf(rule), { after, now, catchUp })

describe('every', () => {
  test('counts from its anchor, whatever was looked at before: it does not drift', () => {
    const { next } = timesOf(every(700))
    expect(next(anchor)).toBe(anchor + 700)
    expect(next(anchor + 1)).toBe(anchor + 700)
    expect(next(anchor + 700)).toBe(anchor + 1400)
    expect(next(anchor + 700 * 12345 + 13)).toBe(anchor + 700 * 12346)
    expect(next(anchor - 5 * DAY)).toBe(anchor + 700)
  })

  test('the next ones', () => {
    const found = nextTimes(timesOf(every(SECOND)), anchor + 1, 2)
    expect(found.map((time) => time.toISOString())).toEqual([
      '2026-11-20T12:00:01.123Z',
      '2026-11-20T12:00:02.123Z',
    ])
  })
})

describe('what came on time', () => {
  test.each(['none', 'one', 'all'] as const)(
    'gets its run, however it catches up: %s',
    (catchUp) => {
      expect(plan(minute, at('12:00:00'), at('12:01:09.9'), catchUp)).toEqual({
        ticks: [at('12:01:00')],
        after: at('12:01:00'),
        next: at('12:02:00'),
        isCut: false,
      })
      const often = plan(every(200), anchor, anchor + 1100, catchUp)
      expect(often.ticks).toHaveLength(5)
      expect(often.next).toBe(anchor + 1200)
    },
  )

  test('nothing came: only the next is found', () => {
    const found = plan(minute, at('12:00:00'), at('12:00:30'), 'all')
    expect(found).toEqual({ ticks: [], after: null, next: at('12:01:00'), isCut: false })
  })
})

describe('what came while nobody was there', () => {
  const [from, to] = [at('12:00:00'), at('12:10:30')]

  test('one: the newest', () => {
    expect(plan(minute, from, to, 'one').ticks).toEqual([at('12:10:00')])
    expect(plan(minute, from, to + 1 * DAY, 'one').ticks).toEqual([at('12:10:00') + DAY])
    // with what came just now it is one, not two
    expect(plan(minute, from, at('12:10:05'), 'one').ticks).toEqual([at('12:10:00')])
  })

  test('none: only what came just now', () => {
    expect(plan(minute, from, to, 'none')).toMatchObject({ ticks: [], after: at('12:10:00') })
    expect(plan(minute, from, at('12:10:05'), 'none').ticks).toEqual([at('12:10:00')])
  })

  test('all: each, and after a year the newest 1,000, which is noted', () => {
    expect(plan(minute, from, to, 'all').ticks).toHaveLength(10)
    const year = plan(minute, from - 365 * DAY, to, 'all')
    expect(year.ticks).toHaveLength(1000)
    expect(year.ticks.at(-1)).toBe(at('12:10:00'))
    expect(year.ticks[0]).toBe(at('12:10:00') - 999 * 60 * SECOND)
    expect(year.isCut).toBe(true)
    const just = plan(minute, at('12:10:00') - 1000 * 60 * SECOND, to, 'all')
    expect([just.ticks.length, just.isCut]).toEqual([1000, false])
  })

  test('a year of seconds on one day only is looked through quickly', () => {
    const rule: TimeRule = { cron: '* * * 1 1 *', timezone: 'Europe/Vienna' }
    const began = performance.now()
    const found = plan(rule, Date.parse('2025-11-20T00:00:00Z'), to, 'all')
    expect(found.ticks).toHaveLength(1000)
    expect(found.ticks.at(-1)).toBe(Date.parse('2026-01-01T22:59:59Z'))
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

test('the newest of a span are those that a walk through all of it finds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 90_000 }),
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.integer({ min: 1, max: 50 }),
      (everyMs, after, length, most) => {
        const times = timesOf(every(everyMs))
        const [from, until] = [anchor + after, anchor + after + length]
        const all: number[] = []
        for (let time = times.next(from); time !== null && time <= until; time = times.next(time))
          all.push(time)
        expect(newestTimes(times, from, until, most)).toEqual(all.slice(-most))
      },
    ),
    { numRuns: 200 },
  )
})

describe('by the clocks of a zone', () => {
  const HOUR = 3_600_000
  const changes: [string, string][] = [
    ['Europe/Vienna', '2026-03-29T01:00:00Z'],
    ['Europe/Vienna', '2026-10-25T01:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['America/Havana', '2026-03-08T05:00:00Z'],
    ['America/Havana', '2026-11-01T05:00:00Z'],
    ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ]
  const crons = ['*/20 * * * *', '30 2 * * *', '15,45 0-4 * * *', '0 */2 * * *', '0 0 * * *']

  test.each(changes)(
    'whenever workers look while those of %s are changed (%s), each time comes once',
    (timezone, moment) => {
      const middle = Date.parse(moment)
      const [from, to] = [middle - 30 * HOUR, middle + 30 * HOUR]
      fc.assert(
        fc.property(
          fc.constantFrom(...crons),
          fc.array(fc.integer({ min: from, max: to }), { maxLength: 10 }),
          (cron, looks) => {
            const times = timesOf({ cron, timezone })
            const whole = nextTimes(times, from, 200).map((time) => time.getTime())
            const wanted = whole.filter((time) => time <= to)
            const found: number[] = []
            let after = from
            for (const now of [...looks.sort((a, b) => a - b), to]) {
              const { ticks, after: seen, next } = planTicks(times, { after, now, catchUp: 'all' })
              found.push(...ticks)
              after = Math.max(after, seen ?? 0)
              expect(next).toBe(whole.find((time) => time > now))
            }
            expect(found).toEqual(wanted)
          },
        ),
        { numRuns: 6 },
      )
    },
  )

  test.each(changes)(
    'every hour and minute goes on as time passes in %s (%s)',
    (timezone, moment) => {
      const middle = Date.parse(moment)
      const times = timesOf({ cron: '* * * * *', timezone })
      const found = nextTimes(times, middle - 2 * HOUR, 240).map((time) => time.getTime())
      expect(found).toEqual(found.map((_, i) => middle - 2 * HOUR + (i + 1) * 60_000))
    },
  )
})
