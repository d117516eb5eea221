import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const register = (name: string, version: string, definition: object, tenant = 1) =>
  kernel.call<number>('register_workflow', tenant, name, version, definition)

test('returns the route of the queue and priority that the definition names', async () => {
  const route = await register('mail', '1', { queue: 'slow', priority: 7 })
  const [row] = await kernel.query('select queue, priority from millrace.routes where id = $1', [
    route,
  ])
  expect(row).toEqual({ queue: 'slow', priority: 7 })
})

test('registering the same again only says when', async () => {
  const text = `select id, definition, created_at, registered_at from millrace.workflows where name = 'same'`
  const route = await register('same', '1', { retries: 3 })
  const [before] = await kernel.query(text)
  expect(await register('same', '1', { retries: 3 })).toBe(route)
  const [after] = await kernel.query(text)
  expect(after).toMatchObject({ ...before, registered_at: expect.any(Date) })
  expect(after?.registered_at.getTime()).toBeGreaterThanOrEqual(before?.registered_at.getTime())
})

test('other options apply to starts from now on, and runs keep the route they have', async () => {
  const first = await register('moves', '1', { queue: 'a' })
  const run = await kernel.start({ route: first, name: 'moves', tenant: 1 })
  const second = await register('moves', '1', { queue: 'b' })
  expect(second).not.toBe(first)
  expect(await kernel.run(run)).toMatchObject({ queue: 'a' })
  const id = await kernel.call<string>('start_workflow', 'moves')
  expect(await kernel.call('get_run', id)).toMatchObject({ queue: 'b' })
})

test('two processes that register at once get the same route', async () => {
  const routes = await Promise.all(Array.from({ length: 6 }, () => register('race', '1', {})))
  expect(new Set(routes).size).toBe(1)
  const count = await kernel.value(
    `select count(*)::int from millrace.workflows where name = 'race'`,
  )
  expect(count).toBe(1)
})

test('two tenants may use one name', async () => {
  const second = await kernel.makeTenant('second')
  const ours = await register('shared', '1', {})
  const theirs = await register('shared', '1', {}, second)
  expect(theirs).not.toBe(ours)
})

test.each([
  ['bad name!', '1'],
  ['', '1'],
  ['x'.repeat(129), '1'],
  ['x', ''],
  ['x', 'v/2'],
])('the table refuses the name %j in version %j', async (name, version) => {
  await expect(register(name, version, {})).rejects.toMatchObject({ code: '23514' })
})
