import { beforeEach, expect, test } from 'vitest'
import { openKernel, type Route } from '../support/kernel.ts'

const kernel = await openKernel()
let route: Route
beforeEach(async () => {
  route = await kernel.route()
})

const note = (turn: number, sweepMs: number) =>
  kernel.call('note_heads', 1, [route.route], [turn], sweepMs)

async function noted() {
  const [row] = await kernel.query(
    'select turn, sweep_ms, xmin::text as version from millrace.queue_heads where route_id = $1',
    [route.route],
  )
  return row
}

test('a head only rises', async () => {
  await note(50_000, 100)
  await note(10_000, 300)
  expect(await noted()).toMatchObject({ turn: '50000', sweep_ms: 300 })
  await note(90_000, 300)
  expect(await noted()).toMatchObject({ turn: '90000', sweep_ms: 300 })
})

test('what has hardly changed is not written again', async () => {
  await note(50_000, 100)
  const before = await noted()
  await note(50_500, 120)
  expect(await noted()).toEqual(before)
  await note(50_500, 0)
  expect(await noted()).toMatchObject({ turn: '50500', sweep_ms: 0 })
})
