import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await kernel.stopClock()

type Quota = { kind: string; most: string | null; own: boolean; used: string | null }
async function quota(tenant: string, kind: string): Promise<Quota | undefined> {
  const options = JSON.stringify({ tenant })
  const rows = await kernel.query<Quota>('select * from millrace.get_quotas($1)', [options])
  return rows.find((row) => row.kind === kind)
}
const graph = (n: number) => ({
  name: `g${n}`,
  steps: [{ id: 'a', type: 'delay', config: { seconds: 1 } }],
})

test('a tenant has the default, the installation’s, or its own, in this order', async () => {
  await kernel.call('register_tenant', 'a')
  await kernel.call('register_tenant', 'b')
  const most = async (tenant: string) => {
    const found = await quota(tenant, 'streams')
    return [found?.most, found?.own]
  }
  expect(await most('a')).toEqual(['100', false])
  await kernel.call('put_quota', 'streams', 7, { installation: true })
  await kernel.call('put_quota', 'streams', null, { tenant: 'b' })
  expect(await most('a')).toEqual(['7', false])
  expect(await most('b')).toEqual([null, true])
  await kernel.call('put_quota', 'streams', null, { tenant: 'b', default: true })
  expect(await most('b')).toEqual(['7', false])
  await kernel.call('put_quota', 'streams', null, { installation: true, default: true })
  expect(await most('b')).toEqual(['100', false])
  const logged = await kernel.query(
    `select tenant_id = 0 as all, detail from millrace.audit where action = 'quota.put' order by id`,
  )
  expect(logged).toHaveLength(4)
  expect(logged[0]).toEqual({ all: true, detail: { most: 7 } })
  await refusal(kernel.call('put_quota', 'color', 1, {}), 'MR001', '"color"')
  await refusal(kernel.call('put_quota', 'streams', -1, {}), 'MR001', '-1')
})

test('definitions: their number and their size', async () => {
  await kernel.call('register_tenant', 'docs')
  await kernel.call('put_quota', 'definitions', 2, { tenant: 'docs' })
  const define = (n: number) => kernel.call('define_workflow', graph(n), { tenant: 'docs' })
  await define(1)
  await define(2)
  await define(2) // the same again
  await refusal(define(3), 'MR021', 'quota of definitions is used up: 2 of 2')
  expect(await quota('docs', 'definitions')).toMatchObject({ used: '2', most: '2', own: true })
  await kernel.call('put_quota', 'definitions', 100, { tenant: 'docs' })
  const used = Number((await quota('docs', 'definition_bytes'))?.used)
  expect(used).toBeGreaterThan(100)
  await kernel.call('put_quota', 'definition_bytes', used + 10, { tenant: 'docs' })
  await refusal(define(3), 'MR021', 'definition bytes')
})

test('schedules', async () => {
  const tenant = await kernel.call<{ slug: string }>('register_tenant', 'cron')
  await kernel.call('put_quota', 'schedules', 1, { tenant: 'cron' })
  await kernel.call('define_workflow', graph(1), { tenant: 'cron' })
  const put = (id: string) =>
    kernel.call('put_schedule', id, 'g1', { tenant: tenant.slug, every: '1 hour' })
  await put('a')
  await put('a')
  await refusal(put('b'), 'MR021', 'quota of schedules')
})

test('live runs: counted about once a second; what runs start is let in', async () => {
  await kernel.call('register_tenant', 'live')
  const id = await kernel.value<number>(`select millrace.tenant_id('live')`)
  const route = await kernel.route({ tenant: id })
  await kernel.start(route)
  await kernel.call('put_quota', 'live_runs', 2, { tenant: 'live' })
  const second = await kernel.start(route)
  await kernel.advanceClock(1001)
  const details = await refusal(kernel.start(route), 'MR021', 'live runs is used up: 2 of 2')
  expect(details).toMatchObject({ quota: 'live_runs', limit: 2, used: 2, retryAfter: 1000 })
  await kernel.start(route, { id: second }) // the same again
  await kernel.start(route, { meta: { parent: second } })
  await kernel.advanceClock(1001)
  expect(await quota('live', 'live_runs')).toMatchObject({ used: '3', most: '2' })
  const worker = await kernel.worker(id)
  for (const task of await worker.claim(route)) await worker.complete(task)
  await kernel.advanceClock(1001)
  await kernel.query(`select * from millrace.take_rate('live', 'start', 1)`) // counts too
  expect(
    await kernel.value(`select used::int from millrace.quota_use where tenant_id = $1`, [id]),
  ).toBe(0)
  await kernel.start(route)
  await kernel.start(await kernel.route()) // nobody else's matter
})

test('a count that somebody’s open transaction makes holds up nobody', async () => {
  await kernel.call('register_tenant', 'held')
  const id = await kernel.value<number>(`select millrace.tenant_id('held')`)
  const route = await kernel.route({ tenant: id })
  await kernel.call('put_quota', 'live_runs', 5, { tenant: 'held' })
  await kernel.start(route)
  await kernel.advanceClock(1001)
  const holder = await kernel.connect()
  await holder.query('begin')
  await holder.query('select millrace.count_live($1)', [id])
  await kernel.start(route)
  await holder.query('rollback')
})
