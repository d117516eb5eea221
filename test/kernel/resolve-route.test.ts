import { expect, test } from 'vitest'
import { createKernel, openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const resolve = async (...values: unknown[]) => {
  const text = `select * from millrace.resolve_route(${values.map((_, i) => `$${i + 1}`)})`
  const rows = await kernel.query<{ route_id: number; definition: object }>(text, values)
  return rows[0] as { route_id: number; definition: object }
}

test('without a version, the one that was registered last', async () => {
  await kernel.call('register_workflow', 1, 'versions', '1', { retries: 1 })
  const second = await kernel.call('register_workflow', 1, 'versions', '2', { retries: 2 })
  expect(await resolve(1, 'versions')).toMatchObject({
    route_id: second,
    definition: { retries: 2 },
  })
  expect((await resolve(1, 'versions', '1')).definition).toEqual({ retries: 1 })
})

test('registered last is not made last: a version that is rolled back to comes first again', async () => {
  for (const version of ['1', '2', '1'])
    await kernel.call('register_workflow', 1, 'rolled back', version, {})
  expect(await resolve(1, 'rolled back')).toMatchObject({ version: '1' })
  await kernel.call('register_workflow', 1, 'rolled back', '2', { retries: 5 })
  expect(await resolve(1, 'rolled back')).toMatchObject({ version: '2' })
})

test('a version that no living worker has waits for its deployment, unless none lives at all', async () => {
  await using own = await createKernel()
  for (const version of ['1', '2']) await own.call('register_workflow', 1, 'a', version, {})
  const version = async (asked: string | null = null) => {
    const text = 'select version from millrace.resolve_route(1, $1, $2)'
    return (await own.query<{ version: string }>(text, ['a', asked]))[0]?.version
  }
  expect(await version()).toBe('2')
  const worker = await own.call('register_worker', 1, 60_000, { workflows: [['a', '1']] })
  expect(await version()).toBe('1')
  expect(await version('2')).toBe('2')
  await own.call('register_worker', 1, 60_000, { workflows: [['2', 'a']] })
  expect(await version()).toBe('1')
  await own.call('register_worker', 1, 60_000, { workflows: [['a', '2']] })
  expect(await version()).toBe('2')
  await own.query("update millrace.workers set expires_at = '2000-01-01' where id <> $1", [worker])
  expect(await version()).toBe('1')
})

test('queue and priority of the call come first, then those of the definition', async () => {
  await kernel.call('register_workflow', 1, 'layers', '1', { queue: 'q', priority: 3 })
  const at = async (...rest: unknown[]) => {
    const { route_id } = await resolve(1, 'layers', null, ...rest)
    const text = 'select queue, priority from millrace.routes where id = $1'
    return (await kernel.query(text, [route_id]))[0]
  }
  expect(await at()).toEqual({ queue: 'q', priority: 3 })
  expect(await at('other')).toEqual({ queue: 'other', priority: 3 })
  expect(await at(null, -9)).toEqual({ queue: 'q', priority: -9 })
})

test('the same place is interned once, also by two at once', async () => {
  await kernel.call('register_workflow', 1, 'interned', '1', {})
  const found = await Promise.all(
    Array.from({ length: 6 }, () => resolve(1, 'interned', null, 'new')),
  )
  expect(new Set(found.map((route) => route.route_id)).size).toBe(1)
})

test('an unknown workflow or version is refused by name', async () => {
  await kernel.call('register_workflow', 1, 'known', '1', {})
  await refusal(resolve(1, 'unknown'), 'MR040', '"unknown" is not registered')
  const details = await refusal(resolve(1, 'known', '9'), 'MR040', '"known" in version "9"')
  expect(details).toEqual({ workflow_id: 'known', version: '9' })
  await refusal(resolve(1, null), 'MR040', 'is not registered')
})

test('a tenant does not see what another registered', async () => {
  const second = await kernel.makeTenant('second')
  await kernel.call('register_workflow', 1, 'private', '1', {})
  await refusal(resolve(second, 'private'), 'MR040', '"private"')
})

test('the 10,001st combination of a tenant is refused', async () => {
  await using full = await createKernel()
  const { name } = await full.route()
  await full.query(
    `insert into millrace.routes (tenant_id, workflow_id, queue, priority)
     select 1, id, 'q' || i, 0 from millrace.workflows, generate_series(1, 9999) i`,
  )
  const resolveIn = (queue: string) =>
    full.query('select * from millrace.resolve_route(1, $1, null, $2)', [name, queue])
  expect(await resolveIn('q9999')).toHaveLength(1)
  await refusal(resolveIn('one more'), 'MR020', '10,000')
})

test('a new route wakes idle workers, which do not know it', async () => {
  const known = await kernel.route({ name: 'hinted' })
  const worker = await kernel.worker()
  await worker.claim(known, { idle: true })
  const idle = () => kernel.query('select from millrace.idle_workers')
  expect(await idle()).toHaveLength(1)
  await resolve(1, 'hinted')
  expect(await idle()).toHaveLength(1)
  await resolve(1, 'hinted', null, 'fresh')
  expect(await idle()).toHaveLength(0)
})
