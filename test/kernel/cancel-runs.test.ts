import { expect, test } from 'vitest'
import { message, openKernel, row } from '../support/kernel.ts'

const kernel = await openKernel()
const cancelRuns = async (tenant: number, runs: string[]) =>
  (
    await kernel.query<{ run: string }>(`select millrace.cancel_runs($1, $2, '{}')::text as run`, [
      tenant,
      runs,
    ])
  ).map(({ run }) => run)

test('returns those that it ended', async () => {
  const route = await kernel.route()
  const [a, b] = [await kernel.start(route), await kernel.start(route)]
  expect(await cancelRuns(1, [b, a, a, '77'])).toEqual([a, b])
  expect(await cancelRuns(1, [a, b])).toEqual([])
  expect(await cancelRuns(1, [])).toEqual([])
})

test('does not touch runs of another tenant', async () => {
  const second = await kernel.makeTenant('second')
  const run = await kernel.start(await kernel.route())
  expect(await cancelRuns(second, [run])).toEqual([])
  expect(await kernel.live(run)).toMatchObject({ state: 'q' })
})

test('tells the parent that its child was cancelled', async () => {
  const route = await kernel.route()
  const parent = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const child = await kernel.start(await kernel.route(), { meta: { parent } })
  await worker.advance(task, {
    op: 'w',
    rows: [row('c', 'child', { run: child })],
    waits: [message('child', `$child:${child}`)],
  })
  expect(await cancelRuns(1, [child])).toEqual([child])
  const again = await worker.claimOne(route)
  expect(again.journal[1]).toMatchObject({ kind: 'g', name: 'child' })
  expect(JSON.parse(again.journal[1]?.data as string)).toEqual({ status: 'x' })
})

test('ends a parent and its child in one call', async () => {
  const route = await kernel.route()
  const parent = await kernel.start(route)
  const child = await kernel.start(route, { meta: { parent } })
  expect(await cancelRuns(1, [parent, child])).toEqual([parent, child])
})
