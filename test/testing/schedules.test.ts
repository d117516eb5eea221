import { expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

/** The next instant at which the clocks of Vienna show nine. */
const NINE = { cron: '0 9 * * *', timezone: 'Europe/Vienna' }

test('a clock that is moved fires what comes due on the way, each time at its own', async () => {
  const seen: string[] = []
  const report = workflow(
    'report',
    async ({ step, scheduledFor, input }) => {
      await step.run('send', () => void seen.push(`${scheduledFor?.toISOString()} ${input}`))
      const late = (await step.now()).getTime() - (scheduledFor?.getTime() ?? 0)
      return late
    },
    { schedule: { ...NINE, input: 'vienna' } },
  )
  await using engine = await openEngine([report])
  const [schedule] = await engine.getSchedules()
  expect(schedule).toMatchObject({
    ...{ id: 'report#1', workflowId: 'report', cron: '0 9 * * *', timezone: 'Europe/Vienna' },
    ...{ overlap: 'skip', catchUp: 'one', input: 'vienna', declaredBy: '1', paused: false },
  })
  const next = schedule?.nextRuns ?? []
  expect(next).toHaveLength(5)
  await engine.runUntilIdle()
  expect(seen).toEqual([])
  await engine.clock.set(new Date((next[2] as Date).getTime() + 60_000))
  expect(seen).toEqual(next.slice(0, 3).map((at) => `${at.toISOString()} vienna`))
  const { items } = await engine.getRuns({ scheduleId: 'report#1' })
  expect(items.map(({ scheduledFor }) => scheduledFor)).toEqual([next[2], next[1], next[0]])
  for (const run of items) {
    expect(await run.result()).toBeGreaterThanOrEqual(0)
    expect(await run.result()).toBeLessThan(30_000)
  }
  const [now] = await engine.getSchedules()
  expect(now).toMatchObject({ lastRunId: items[0]?.id, lastRunAt: next[2], skipped: 0 })
  expect(now?.nextRuns.slice(0, 2)).toEqual(next.slice(3))
})

test('a run that sleeps over its next time: skip, and queue', async () => {
  const nap = workflow('nap', ({ step }) => step.sleep('nap', '90 minutes'))
  await using engine = await openEngine([nap])
  await engine.putSchedule({ id: 'skips', workflowId: 'nap', every: '1 hour' })
  await engine.putSchedule({ id: 'waits', workflowId: 'nap', every: '1 hour', overlap: 'queue' })
  await engine.clock.advance('4 hours 5 minutes')
  const all = await engine.getSchedules()
  // begun at 1:00 and 3:00; 2:00 and 4:00 found one
  expect(all[0]).toMatchObject({ id: 'skips', skipped: 2, waiting: 0 })
  // at 1:00, 2:30 and 4:00: those of 3:00 began then, and that of 4:00 waits
  expect(all[1]).toMatchObject({ id: 'waits', skipped: 0, waiting: 1 })
  expect((await engine.getRuns({ scheduleId: 'skips' })).items).toHaveLength(2)
  expect((await engine.getRuns({ scheduleId: 'waits' })).items).toHaveLength(3)
})
