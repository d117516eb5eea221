import { expect, test, vi } from 'vitest'
import { RateLimiter } from '../../src/auth/rate-limiter.ts'
import { Database } from '../../src/kernel/database.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
await kernel.stopClock()
kernel.pool.setMaxListeners(50) // a server each

/** A clock for limiters that moves with that of the database. */
let now = 0
const pass = async (ms: number) => {
  now += ms
  await kernel.advanceClock(ms)
}

function makeLimiter() {
  const db = new Database({ pool: kernel.pool })
  const asked = vi.spyOn(db, 'call')
  return { limiter: new RateLimiter({ db }, () => now), asked }
}

async function makeTenant(slug: string, most: number | null): Promise<void> {
  await kernel.call('register_tenant', slug)
  await kernel.call('put_quota', 'write_per_minute', most, { tenant: slug })
}

/** To the beginning of the next minute. */
async function nextMinute(): Promise<void> {
  const ms = await kernel.value<number>(
    `select ceil(extract(epoch from date_trunc('minute', c) + interval '1 minute' - c) * 1000)::int from millrace.clock() c`,
  )
  await pass(ms)
}

test('any number of servers share one limit, and never let in more', async () => {
  await makeTenant('shared', 200)
  await nextMinute()
  const servers = Array.from({ length: 4 }, makeLimiter)
  const calls = Array.from({ length: 400 }, (_, i) =>
    servers[i % 4]?.limiter.take('shared', 'write'),
  )
  const verdicts = await Promise.all(calls)
  const allowed = verdicts.filter((verdict) => verdict?.allowed)
  expect(allowed.length).toBeGreaterThan(100)
  // what one of them has left of its portion the others do not see
  let all = allowed.length
  for (const { limiter } of servers) while ((await limiter.take('shared', 'write')).allowed) all++
  expect(all).toBe(200)
  expect(verdicts.every((verdict) => verdict?.limit === 200)).toBe(true)
  const queries = servers.reduce((sum, { asked }) => sum + asked.mock.calls.length, 0)
  expect(queries).toBeLessThan(100)
  expect(await servers[0]?.limiter.take('shared', 'write')).toMatchObject({
    ...{ allowed: false, remaining: 0 },
  })
  await nextMinute()
  expect((await servers[0]?.limiter.take('shared', 'write'))?.allowed).toBe(true)
})

test('a steady stream of requests costs few statements', async () => {
  await makeTenant('steady', 6000)
  await nextMinute()
  const { limiter, asked } = makeLimiter()
  for (let i = 0; i < 500; i++) {
    expect((await limiter.take('steady', 'write')).allowed).toBe(true)
    await now // a request each 10 ms
    now += 10
  }
  expect(asked.mock.calls.length).toBeLessThan(20)
})

test('what is said of the limit falls with each request, and tells when it begins anew', async () => {
  await makeTenant('told', 3)
  await nextMinute()
  const { limiter } = makeLimiter()
  const take = async () => limiter.take('told', 'write')
  expect(await take()).toEqual({ allowed: true, limit: 3, remaining: 2, resetSeconds: 60 })
  await pass(10_000)
  expect(await take()).toEqual({ allowed: true, limit: 3, remaining: 1, resetSeconds: 50 })
  expect(await take()).toMatchObject({ allowed: true, remaining: 0 })
  expect(await take()).toEqual({ allowed: false, limit: 3, remaining: 0, resetSeconds: 50 })
})

test('a refusal is not asked about anew at each request, and a limit that is raised holds soon', async () => {
  await makeTenant('raised', 1)
  await nextMinute()
  const { limiter, asked } = makeLimiter()
  await limiter.take('raised', 'write')
  for (let i = 0; i < 50; i++) expect((await limiter.take('raised', 'write')).allowed).toBe(false)
  expect(asked.mock.calls.length).toBe(2)
  await kernel.call('put_quota', 'write_per_minute', 10, { tenant: 'raised' })
  await pass(1001)
  expect((await limiter.take('raised', 'write')).allowed).toBe(true)
})

test('without a limit there is none; classes and tenants have each their own', async () => {
  await makeTenant('free', null)
  await makeTenant('other', 1)
  await nextMinute()
  const { limiter, asked } = makeLimiter()
  for (let i = 0; i < 100; i++)
    expect(await limiter.take('free', 'write')).toMatchObject({ allowed: true, limit: null })
  expect(asked.mock.calls.length).toBe(1)
  expect((await limiter.take('other', 'write')).allowed).toBe(true)
  expect((await limiter.take('other', 'write')).allowed).toBe(false)
  expect((await limiter.take('other', 'read')).allowed).toBe(true)
  await expect(limiter.take('nobody', 'read')).rejects.toMatchObject({ code: 'MR042' })
})

test('after a failure of the database it asks again', async () => {
  await makeTenant('fails', 5)
  await nextMinute()
  const { limiter, asked } = makeLimiter()
  asked.mockRejectedValueOnce(new Error('gone'))
  const both = await Promise.allSettled([
    limiter.take('fails', 'write'),
    limiter.take('fails', 'write'),
  ])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect((await limiter.take('fails', 'write')).allowed).toBe(true)
})

test('where the database answers slowly, what it says holds for those who waited', async () => {
  await makeTenant('slow', 1)
  await nextMinute()
  const { limiter, asked } = makeLimiter()
  asked.mockImplementation(async (text: string, values: unknown[]) => {
    now += 5000
    return (await kernel.pool.query(text, values)).rows
  })
  expect((await limiter.take('slow', 'write')).allowed).toBe(true)
  expect((await limiter.take('slow', 'write')).allowed).toBe(false)
  expect(asked.mock.calls.length).toBe(2)
})
