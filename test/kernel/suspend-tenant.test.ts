import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
await kernel.stopClock()

async function makeTenant(slug: string) {
  await kernel.call('register_tenant', slug)
  const tenant = await kernel.value<number>('select millrace.tenant_id($1)', [slug])
  const route = await kernel.route({ tenant })
  return { tenant, route, worker: await kernel.worker(tenant) }
}

test('no worker is given a run of it until it is resumed', async () => {
  const { route, worker } = await makeTenant('idle')
  const run = await kernel.start(route)
  const done = await kernel.call('suspend_tenant', 'idle', { reason: 'unpaid', by: 'ops' })
  expect(done).toMatchObject({ suspend_reason: 'unpaid' })
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(1000)
  expect(await kernel.call('suspend_tenant', 'idle', { reason: 'other' })).toEqual(done)
  await kernel.call('resume_tenant', 'idle')
  await kernel.call('resume_tenant', 'idle')
  expect((await worker.claim(route)).map((task) => task.run)).toEqual([run])
  const log = await kernel.query(
    `select action, detail from millrace.audit where target = 'idle' and tenant_id <> 0 order by id`,
  )
  expect(log.map(({ action }) => action)).toEqual([
    ...['tenant.register', 'tenant.suspend', 'tenant.resume'],
  ])
  expect(log[1]?.detail).toEqual({ reason: 'unpaid' })
})

test('what the tenant has paused itself stays paused', async () => {
  const { route, worker } = await makeTenant('paused')
  await kernel.start(route)
  await kernel.call('pause_dispatch', { tenant: 'paused', by: 'ada' })
  await kernel.call('suspend_tenant', 'paused')
  await kernel.call('resume_tenant', 'paused')
  expect(await worker.claim(route)).toEqual([])
  await kernel.call('resume_dispatch', { tenant: 'paused' })
  expect(await worker.claim(route)).toHaveLength(1)
})

test('its schedules start nothing, and then go on as after a time without a worker', async () => {
  const { route, tenant } = await makeTenant('cron')
  const put = (id: string, more = {}) =>
    kernel.call('put_schedule', id, route.name, { tenant: 'cron', every: '1 hour', ...more })
  await put('runs')
  await put('stays paused', { paused: true })
  const due = async () =>
    (
      await kernel.query(
        `select s.name from millrace.due_schedules() d join millrace.schedules s on s.id = d.id
         where s.tenant_id = $1`,
        [tenant],
      )
    ).map(({ name }) => name)
  expect(await due()).toEqual(['runs'])
  await kernel.call('suspend_tenant', 'cron')
  await kernel.advanceClock(3 * 3600_000)
  expect(await due()).toEqual([])
  await kernel.call('resume_tenant', 'cron')
  expect(await due()).toEqual(['runs'])
})

test('a schedule that is put, resumed or woken while it is suspended starts nothing until it is resumed', async () => {
  const { route, tenant } = await makeTenant('late')
  const options = { tenant: 'late', every: '1 hour' }
  await kernel.call('put_schedule', 'paused', route.name, { ...options, paused: true })
  await kernel.call('suspend_tenant', 'late')
  await kernel.call('resume_schedule', 'paused', { tenant: 'late' })
  await kernel.call('put_schedule', 'new', route.name, options)
  await kernel.advanceClock(2 * 3600_000)
  const due = () =>
    kernel.query<{ id: string; revision: number; clock: Date }>(
      `select d.id, d.revision, d.clock from millrace.due_schedules() d
       join millrace.schedules s on s.id = d.id where s.tenant_id = $1`,
      [tenant],
    )
  const fire = async () => {
    const firings = (await due()).map(({ id, revision, clock }) => ({
      ...{ id: String(id), revision, ticks: [clock], after: clock, next: null, note: null },
      problem: null,
    }))
    const text = JSON.stringify(firings)
    return kernel.query('select verdict from millrace.fire_schedules($1)', [text])
  }
  const runs = () =>
    kernel.value('select count(*)::int from millrace.runs where tenant_id = $1', [tenant])
  expect(await fire()).toEqual([{ verdict: 'lost' }, { verdict: 'lost' }])
  expect(await runs()).toBe(0)
  expect(await due()).toEqual([])
  await kernel.call('resume_tenant', 'late')
  expect(await fire()).toEqual([{ verdict: 'done' }, { verdict: 'done' }])
  expect(await runs()).toBe(2)
})

test('one that is not there is refused', async () => {
  for (const name of ['suspend_tenant', 'resume_tenant'])
    await refusal(kernel.call(name, 'nobody'), 'MR042', '"nobody"')
  await refusal(kernel.call('suspend_tenant', 'idle', { why: 1 }), 'MR001', 'why')
})
