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

test('one that is not there is refused', async () => {
  for (const name of ['suspend_tenant', 'resume_tenant'])
    await refusal(kernel.call(name, 'nobody'), 'MR042', '"nobody"')
  await refusal(kernel.call('suspend_tenant', 'idle', { why: 1 }), 'MR001', 'why')
})
