import { expect, test } from 'vitest'
import { workflow } from '../../src/index.ts'
import { openEngine } from './open-engine.ts'

const DAY = 86_400_000

test('what comes due on the way happens in its order, at its time', async () => {
  const seen: [string, Date][] = []
  const nap = workflow('nap', async ({ step, input }) => {
    const { name, naps, days } = input as { name: string; naps: number; days: number }
    for (let i = 1; i <= naps; i++) {
      await step.sleep('nap', { days })
      const at = await step.now()
      await step.run('note', () => void seen.push([`${name}${i}`, at]))
    }
  })
  await using engine = await openEngine([nap])
  const began = engine.clock.now()
  await engine.startWorkflow(nap, { name: 'a', naps: 2, days: 2 })
  await engine.startWorkflow(nap, { name: 'b', naps: 1, days: 3 })
  await engine.clock.advance('4 days')
  expect(seen.map(([name]) => name)).toEqual(['a1', 'b1', 'a2'])
  const days = seen.map(([, at]) => (at.getTime() - began.getTime()) / DAY)
  for (const [i, day] of [2, 3, 4].entries()) expect(days[i]).toBeCloseTo(day, 2)
  expect((engine.clock.now().getTime() - began.getTime()) / DAY).toBeCloseTo(4, 2)
})

test('nothing happens early', async () => {
  const wait = workflow('wait', ({ step }) => step.sleep('wait', '1 hour'))
  await using engine = await openEngine([wait])
  const run = await engine.startWorkflow(wait, null)
  await engine.clock.advance('59 minutes')
  expect((await run.refresh()).status).toBe('waiting')
  await engine.clock.advance('1 minute')
  expect((await run.refresh()).status).toBe('completed')
})

test('the clock can be set, forward only', async () => {
  const until = workflow('until', ({ step }) => step.waitUntil('new year', '2199-01-01T00:00:00Z'))
  await using engine = await openEngine([until])
  const run = await engine.startWorkflow(until, null)
  await engine.clock.set(new Date('2199-01-01T00:00:01Z'))
  await run.result()
  expect((await run.timeline()).at(-1)?.timestamp.getUTCFullYear()).toBe(2199)
  await expect(engine.clock.set(new Date('2198-01-01T00:00:00Z'))).rejects.toThrow(
    'only goes forward',
  )
  await expect(engine.clock.set(new Date('x'))).rejects.toMatchObject({ code: 'MR001' })
  await expect(engine.clock.advance(0)).rejects.toMatchObject({ code: 'MR001' })
})

test('backoffs, delayed starts, polls and time-outs of runs pass in virtual time', async () => {
  let tries = 0
  let asked = 0
  const all = workflow(
    'all',
    async ({ step }) => {
      const options = { retry: { baseDelay: '1 minute', jitter: false } }
      await step.run(
        'flaky',
        () => {
          if (++tries < 3) throw new Error('not yet')
        },
        options,
      )
      const polled = await step.poll('poll', () => ++asked === 3, { interval: '10 minutes' })
      await step.waitFor('never', { eventName: 'never' })
      return polled
    },
    { timeout: '2 hours' },
  )
  await using engine = await openEngine([all])
  const run = await engine.startWorkflow(all, null, { delay: '10 minutes' })
  await engine.clock.advance('9 minutes')
  expect(tries).toBe(0)
  await engine.clock.advance('1 hour')
  expect([tries, asked, (await run.refresh()).status]).toEqual([3, 3, 'waiting'])
  await engine.clock.advance('2 hours')
  await expect(run.result()).rejects.toMatchObject({ failure: { code: 'MR054' } })
})

test('runs that do not come to rest are named', async () => {
  const stuck = workflow('stuck', ({ step }) => step.run('hang', () => new Promise(() => {})))
  await using engine = await openEngine([stuck])
  await engine.startWorkflow(stuck, null)
  await expect(engine.runUntilIdle({ timeout: 100 })).rejects.toMatchObject({
    code: 'MR054',
    message: expect.stringMatching(/stuck .* is running/),
  })
})
