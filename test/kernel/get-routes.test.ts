import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const getRoutes = (tenant: number, names: string[], versions: string[], queues: string[] | null) =>
  kernel.query('select name, version, queue, priority from millrace.get_routes($1, $2, $3, $4)', [
    tenant,
    names,
    versions,
    queues,
  ])

test('lists what a worker can run, highest priority first', async () => {
  await kernel.call('register_workflow', 1, 'a', '1', { queue: 'q', priority: 1 })
  await kernel.call('register_workflow', 1, 'a', '2', { queue: 'q', priority: 9 })
  await kernel.call('register_workflow', 1, 'b', '1', { priority: 5 })
  const a1 = { name: 'a', version: '1', queue: 'q', priority: 1 }
  const a2 = { name: 'a', version: '2', queue: 'q', priority: 9 }
  const b1 = { name: 'b', version: '1', queue: 'default', priority: 5 }
  expect(await getRoutes(1, ['a', 'a', 'b'], ['1', '2', '1'], null)).toEqual([a2, b1, a1])
  expect(await getRoutes(1, ['a', 'b'], ['1', '1'], ['default'])).toEqual([b1])
  expect(await getRoutes(1, ['a', 'b'], ['1', '1'], [])).toEqual([])
  expect(await getRoutes(1, [], [], null)).toEqual([])
  expect(await getRoutes(1, ['a'], ['7'], null)).toEqual([])
})

test('tells where to look first, and how long a sweep took, once that was noted', async () => {
  const [route] = await kernel.query<{ route_id: number }>(
    "select route_id from millrace.resolve_route(1, 'a', '1')",
  )
  const look = () =>
    kernel.query('select head, sweep_ms from millrace.get_routes(1, $1, $2, null)', [['a'], ['1']])
  expect(await look()).toEqual([{ head: '0', sweep_ms: 0 }])
  await kernel.call('note_heads', 1, [route?.route_id], [20_480], 30)
  expect(await look()).toEqual([{ head: '20480', sweep_ms: 30 }])
})

test('a tenant has no route of another', async () => {
  const second = await kernel.makeTenant('second')
  await kernel.call('register_workflow', 1, 'ours', '1', {})
  expect(await getRoutes(second, ['ours'], ['1'], null)).toEqual([])
})
