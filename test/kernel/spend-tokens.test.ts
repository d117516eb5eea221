import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test('a bucket that takes longer to be full than there is time is still one', async () => {
  const route = await kernel.route({
    definition: { limits: { rate: [{ limit: 1, period_ms: 999_999_999_999, burst: 9_999_999 }] } },
  })
  const spend = (runs: number) =>
    kernel.query(
      `select millrace.spend_tokens(1, g.meters, g.rates, g.bursts, $2, millrace.clock())
       from millrace.limited_routes r, millrace.lane_gates(r.limits, '{}') g where r.route_id = $1`,
      [route.route, runs],
    )
  await spend(9_000_000)
  const until =
    'select extract(year from full_at - millrace.clock())::int as years from millrace.meters'
  await kernel.start(route)
  expect(await (await kernel.worker()).claim(route)).toHaveLength(1)
  expect(
    await kernel.query(until.replace('year from', 'day from').replace('years', 'days')),
  ).toEqual([{ days: expect.toSatisfy((days: number) => days > 30_000) }])
  await spend(999_998)
  await kernel.start(route)
  expect(await (await kernel.worker()).claim(route)).toEqual([])
})

test('a clock that was set back takes no tokens away', async () => {
  const route = await kernel.route({
    definition: { limits: { rate: [{ limit: 10, period_ms: 10_000 }] } },
  })
  for (let i = 0; i < 6; i++) await kernel.start(route)
  const worker = await kernel.worker()
  expect(await worker.claim(route, { want: 1 })).toHaveLength(1)
  await kernel.advanceClock(-3_600_000)
  expect(await worker.claim(route)).toHaveLength(5)
})
