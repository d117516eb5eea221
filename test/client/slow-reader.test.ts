import { expect, test } from 'vitest'
import { FeedReader } from '../../src/client/follow/feed-reader.ts'
import { hubOf } from '../../src/client/follow/hub.ts'
import { RunFollower } from '../../src/client/follow/run-follower.ts'
import { Hearing } from '../../src/client/hearing.ts'
import { Session } from '../../src/client/session.ts'
import { createKernel, row } from '../support/kernel.ts'
import { until } from '../support/until.ts'

/** 120 rows of half a megabyte: all of them would be 60 MB. */
const ROWS = 120
const LARGE = 'x'.repeat(500_000)
/** Runs whose rows a feed tells whole: twelve megabytes. */
const RUNS = 100
const LARGE_OUTPUT = JSON.stringify('x'.repeat(60_000))

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
  // a megabyte of one look, and the row with which it was over that
  expect(held.events).toBeGreaterThan(1)
  expect(held.bytes).toBeLessThanOrEqual(1_600_000)
  // further hints do not make it hold more
  for (let i = 0; i < 5; i++) hub.wake(run)
  await until('it was looked at', () => follower.wants() === null)
  expect(follower.unread).toEqual(held)
  const got: (string | undefined)[] = []
  for (let one = await follower.next(); one; one = await follower.next()) {
    if (one.event.type === 'step:completed') got.push(one.event.stepId)
    expect(follower.unread.bytes).toBeLessThanOrEqual(2_100_000)
  }
  expect(got).toEqual(Array.from({ length: ROWS }, (_, i) => `s${i}`))
  leave()
  await hearing.stop()
})

test('a slow reader of a feed holds little of what is large, and gets all of it', {
  timeout: 60_000,
}, async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const session = new Session({ pool: kernel.pool })
  const hearing = new Hearing(session.db)
  const hub = hubOf(hearing)
  const feed = new FeedReader(session, { after: null, wake: () => hub.wakeFeed() })
  const leave = hub.addFeed(feed)
  await until('it is followed', () => !feed.begins)
  const runs = await Promise.all(Array.from({ length: RUNS }, () => kernel.start(route)))
  for (const _ of runs) {
    const { worker, task } = await kernel.lease(route)
    const rows = [row('r', 'a', LARGE_OUTPUT), row('r', 'b', LARGE_OUTPUT)]
    await worker.advance(task, { op: 'c', rows, output: '1', length: 2 })
  }
  await until('it has enough', () => !feed.wants())
  expect(feed.unread.data).toBeLessThanOrEqual(500_000)
  const got = new Map<string, string[]>()
  while (got.size < RUNS || [...got.values()].some((types) => !types.includes('completed'))) {
    const event = await feed.next()
    expect(feed.unread.data).toBeLessThanOrEqual(500_000)
    if (event) got.set(event.runId, [...(got.get(event.runId) ?? []), event.type])
  }
  const types = ['pending', 'step:completed', 'step:completed', 'completed']
  for (const told of got.values()) expect(told.filter((type) => type !== 'running')).toEqual(types)
  leave()
  await hearing.stop()
})
