import { expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { parseScheduleRule, parseSchedules } from '../../src/model/schedule-rules.ts'

test('a rule in the form of the kernel', () => {
  expect(parseScheduleRule('0 9 * * 1-5')).toEqual({ cron: '0 9 * * 1-5' })
  expect(
    parseScheduleRule({
      cron: '0  9 * * *',
      timezone: 'Europe/Vienna',
      overlap: 'queue',
      catchUp: 'all',
      input: { a: 1 },
    }),
  ).toEqual({
    cron: '0 9 * * *',
    timezone: 'Europe/Vienna',
    overlap: 'queue',
    catch_up: 'all',
    input: { a: 1 },
  })
  expect(parseScheduleRule({ every: '10 minutes' })).toEqual({ every: 600_000 })
  expect(parseSchedules(undefined)).toEqual([])
  expect(parseSchedules(['0 9 * * *', { every: 100 }])).toHaveLength(2)
})

test.each([
  [{}, /either cron or every/],
  [{ cron: '0 9 * * *', every: 1000 }, /either cron or every/],
  [{ every: 1000, timezone: 'UTC' }, /timezone goes with cron/],
  [{ every: 99 }, /every is 99 ms; it must be at least 100 ms/],
  [{ every: 'soon' }, /"soon" is not a duration/],
  [{ cron: '0 9 * * *', timezone: 'Nowhere' }, /timezone "Nowhere"/],
  [
    { cron: '0 9 * * *', overlap: 'both' },
    /overlap "both" is not valid: it must be one of skip, queue/,
  ],
  [{ cron: '0 9 * * *', catchUp: 'two' }, /catchUp "two" is not valid/],
  [{ cron: '0 9 * * *', catchup: 'one' }, /no "catchup". Did you mean "catchUp"/],
  [{ cron: '0 9 * * *', input: 1n }, /input of a schedule/],
])('%o is refused, with what and which rule', (rule, fault) => {
  expect(() => parseScheduleRule(rule as never)).toThrow(fault)
})

test('a workflow has them in its code, and says at once what is wrong', () => {
  const order = workflow('order', () => 1, { schedule: ['0 9 * * *', { every: '1 h' }] })
  expect(order.schedules).toEqual([{ cron: '0 9 * * *' }, { every: 3_600_000 }])
  expect(workflow('order', () => 1).schedules).toBeUndefined()
  expect(() => workflow('order', () => 1, { schedule: '0 9 * *' })).toThrow(
    /Workflow "order" is not valid: The cron "0 9 \* \*" is not valid: it has 4 fields/,
  )
  const many = Array.from({ length: 101 }, () => '0 9 * * *')
  expect(() => workflow('order', () => 1, { schedule: many })).toThrow(/at most 100 are allowed/)
})
