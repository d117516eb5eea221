import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { openKernel, type Route } from '../support/kernel.ts'

const kernel = await openKernel()
let names = 0
const fresh = () => `gated${++names}`
const register = (name: string, limits: object) => kernel.route({ name, definition: { limits } })
const startWith = (route: Route, keys: object) => kernel.start(route, { meta: { keys } })
const byCustomer = { limit: 1, key: ['customer'] }

test('a key has one limit, also where a rule that came later gives its runs more keys', async () => {
  const name = fresh()
  const route = await register(name, { concurrency: [byCustomer] })
  const runs = [await startWith(route, { customer: 'a' })]
  const worker = await kernel.worker()
  const [first] = await worker.claim(route)
  await register(name, { concurrency: [byCustomer, { limit: 9, key: ['region'] }] })
  for (const region of ['eu', 'us']) runs.push(await startWith(route, { customer: 'a', region }))
  runs.push(await startWith(route, { customer: 'a' })) // by a client that has not heard yet
  const seen: (string | undefined)[] = [first?.run]
  for (let task = first; task; ) {
    expect(await worker.claim(route)).toEqual([])
    await worker.complete(task)
    const next: LeasedTask[] = await worker.claim(route)
    expect(next.length).toBeLessThanOrEqual(1)
    task = next[0]
    if (task) seen.push(task.run)
  }
  expect(seen.sort()).toEqual(runs.sort())
})

test('a limit that is partly used by the one kind of lanes is so for the other, in one claim', async () => {
  const name = fresh()
  const route = await register(name, { concurrency: [{ limit: 3, key: ['customer'] }] })
  for (let i = 0; i < 3; i++) await startWith(route, { customer: 'a' })
  const worker = await kernel.worker()
  expect(await worker.claim(route, { want: 1 })).toHaveLength(1)
  await register(name, { concurrency: [{ limit: 3, key: ['customer'] }], fairness: { key: ['x'] } })
  for (let i = 0; i < 3; i++) await startWith(route, { customer: 'a', x: i })
  expect(await worker.claim(route, { want: 50 })).toHaveLength(2)
  expect(await worker.claim(route, { want: 50 })).toEqual([])
})

test('what has no value for a key counts under null, whatever other keys it has', async () => {
  const name = fresh()
  const route = await register(name, { fairness: { key: ['region'] } })
  for (const region of ['eu', 'us', 'in']) await startWith(route, { region })
  await kernel.start(route)
  await register(name, { concurrency: [byCustomer] })
  await startWith(route, { customer: null })
  const worker = await kernel.worker()
  for (let left = 5; left > 0; left--) {
    const tasks = await worker.claim(route)
    expect(tasks).toHaveLength(1)
    for (const task of tasks) await worker.complete(task)
  }
})

test('of two rules with one key both hold', async () => {
  const route = await register(fresh(), {
    concurrency: [{ limit: 5 }, { limit: 2 }, { limit: 3, ...{ key: ['customer'] } }, byCustomer],
    rate: [
      { limit: 6, period_ms: 60_000 },
      { limit: 60, period_ms: 60_000, burst: 1 },
    ],
  })
  for (const customer of ['a', 'a', 'b', 'b', 'c']) await startWith(route, { customer })
  const worker = await kernel.worker()
  const taken: LeasedTask[] = []
  for (let second = 0; second < 4; second++) {
    taken.push(...(await worker.claim(route)))
    expect(taken).toHaveLength(Math.min(second + 1, 2))
    await kernel.advanceClock(1000)
  }
})
