import { expect, test } from 'vitest'
import { hubOf } from '../../src/client/follow/hub.ts'
import { RunFollower } from '../../src/client/follow/run-follower.ts'
import { Hearing } from '../../src/client/hearing.ts'
import { Session } from '../../src/client/session.ts'
import { createKernel, row } from '../support/kernel.ts'
import { until } from '../support/until.ts'

/** 120 rows of half a megabyte: all of them would be 60 MB. */
const ROWS = 120
const LARGE = 'x'.repeat(500_000)

test('a slow reader holds a few of its events, however many there are, and gets all of them', {
  timeout: 60_000,
}, async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  for (let i = 0; i < ROWS; i += 10) {
    const rows = Array.from({ length: 10 }, (_, n) => row('r', `s${i + n}`, LARGE))
    await worker.advance(task, { op: 'k', rows, length: i + 10 })
  }
  await worker.advance(task, { op: 'c', output: '1', length: ROWS })
  const session = new Session({ pool: kernel.pool })
  const hearing = new Hearing(session.db)
  const hub = hubOf(hearing)
  const follower = new RunFollower({
    ...{ session, run, id: run, logs: false },
    wake: () => hub.wake(run),
    wakeWithin: (ms) => hub.wakeWithin(run, ms),
  })
  const leave = hub.add(follower)
  await until('it has enough', () => follower.wants() === null)
  const held = follower.unread
  expect(held).toBeGreaterThan(50)
  // a megabyte for each look, until fifty events lie there
  expect(held).toBeLessThanOrEqual(60)
  // further hints do not make it hold more
  for (let i = 0; i < 5; i++) hub.wake(run)
  await until('it was looked at', () => follower.wants() === null)
  expect(follower.unread).toBe(held)
  const got: (string | undefined)[] = []
  for (let one = await follower.next(); one; one = await follower.next()) {
    if (one.event.type === 'step:completed') got.push(one.event.stepId)
    expect(follower.unread).toBeLessThanOrEqual(60)
  }
  expect(got).toEqual(Array.from({ length: ROWS }, (_, i) => `s${i}`))
  leave()
  await hearing.stop()
})
