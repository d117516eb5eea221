import { expect, test } from 'vitest'
import { openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Deleted = { versions: number; live: number }
const remove = async (name: string, options: object = {}) =>
  (
    await kernel.query<Deleted>('select * from millrace.delete_workflow($1, $2)', [name, options])
  )[0] as Deleted
const start = (name: string, options: object = {}) =>
  kernel.call<string>('start_workflow', name, null, options)
const state = async (name: string) =>
  kernel.query('select version, live, state from millrace.get_workflows() where id = $1', [name])
const define = async (document: object, options: object = {}) =>
  (
    await kernel.query<{ version: string; created: boolean }>(
      'select version, created from millrace.define_workflow($1, $2)',
      [JSON.stringify(document), options],
    )
  )[0]
const graph = (name: string, expression = '{{ 1 }}') => ({
  ...{ name, version: '1', steps: [{ id: 'a', type: 'transform', config: { expression } }] },
})
const stored = (name: string, options: object = {}) =>
  kernel.value('select document from millrace.get_definition($1)', [
    { workflow_id: name, ...options },
  ])
const complete = async (route: { route: number; name: string; tenant: number }) => {
  const { worker, task } = await kernel.lease(route)
  await worker.complete(task)
}

test('it is gone with all its versions; its runs can still be read', async () => {
  const route = await kernel.route()
  await kernel.call('register_workflow', 1, route.name, '2', '{}')
  const run = await kernel.start(route)
  await complete(route)
  expect(await remove(route.name, { by: 'ada' })).toEqual({ versions: 2, live: 0 })
  await refusal(start(route.name), 'MR040', /is not registered/)
  await refusal(kernel.start(route), 'MR040', /it was deleted/)
  await refusal(remove(route.name), 'MR040', /is not registered/)
  const deactivate = kernel.call('deactivate_workflow', route.name, {})
  await refusal(deactivate, 'MR040', /is not registered/)
  expect(await state(route.name)).toEqual([])
  expect(await kernel.run(run)).toMatchObject({ workflow_id: route.name, version: '1' })
  const listed = await kernel.query('select run from millrace.get_runs($1)', [
    { workflow_id: route.name },
  ])
  expect(listed).toHaveLength(1)
  await refusal(kernel.call('retry_workflow', uuid(run), {}), 'MR011', /only a failed run/)
  await refusal(
    kernel.call('put_schedule', 's', route.name, { every: 60_000 }),
    'MR040',
    /is not registered/,
  )
})

test('not while runs are unfinished, unless they are to be left: these go on', async () => {
  const route = await kernel.route()
  const [one, two] = [await kernel.start(route), await kernel.start(route)]
  const details = await refusal(remove(route.name), 'MR017', /has 2 unfinished runs/)
  expect(details).toEqual({ workflow_id: route.name, live: 2 })
  await start(route.name, { run_id: '00000000-0000-4000-8000-000000000001' })
  expect(await remove(route.name, { leave_runs: true })).toEqual({ versions: 1, live: 3 })
  expect(await state(route.name)).toEqual([{ version: '1', live: 3, state: 'deleted' }])
  // a worker that has the code still gets them
  expect(
    await kernel.query(`select * from millrace.get_routes(1, $1, '{1}')`, [[route.name]]),
  ).toHaveLength(1)
  for (let i = 0; i < 3; i++) await complete(route)
  expect(await kernel.run(one)).toMatchObject({ status: 'completed' })
  expect(await kernel.run(two)).toMatchObject({ status: 'completed' })
  expect(await state(route.name)).toEqual([])
  await refusal(remove(route.name, { leave_runs: 1 }), 'MR001', /leave_runs must be true or false/)
})

test('a run that was left goes on as another', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  await remove(route.name, { leave_runs: true })
  const again = `select route_id from millrace.resolve_route(1, $1, null, null, null, true)`
  expect(await kernel.value(again, [route.name])).toBe(route.route)
  const { worker, task } = await kernel.lease(route)
  const id = await kernel.value<string>('select millrace.take_ids()::text')
  await worker.advance(task, {
    ...{ op: 'c', output: null, successor: { id, route: route.route, input: null, meta: null } },
    tail: [row('z', '', { run: id })],
  } as never)
  expect(await kernel.run(id)).toMatchObject({ status: 'pending' })
})

test('its schedules, event starts and parts go with it', async () => {
  const definition = { start_on: [{ event: 'gone' }] }
  const route = await kernel.route({ definition })
  const part = await kernel.route({
    ...{ name: `${route.name}.node`, definition: { part_of: route.name } },
  })
  const namesake = await kernel.route({ name: `${route.name}.own` })
  await kernel.call('put_schedule', 'mine', route.name, { every: 60_000 })
  await remove(route.name)
  expect(await kernel.value(`select count(*)::int from millrace.schedules`)).toBe(0)
  expect(await kernel.call('emit_event', 'gone', '1', { key: 'k' })).toMatchObject({ started: [] })
  expect(await state(part.name)).toEqual([])
  expect(await state(namesake.name)).toHaveLength(1)
})

test('the name is used again: the same version is there again, and no older one', async () => {
  const route = await kernel.route()
  await kernel.call('register_workflow', 1, route.name, '2', '{}')
  const run = await kernel.start(route)
  await complete(route)
  await remove(route.name)
  await kernel.call('register_workflow', 1, route.name, '2', '{}')
  expect(await state(route.name)).toEqual([{ version: '2', live: 0, state: 'active' }])
  await start(route.name)
  await refusal(start(route.name, { version: '1' }), 'MR040', /in version "1"/)
  expect(await kernel.run(run)).toMatchObject({ version: '1', status: 'completed' })
})

test('the version of a document that is another now: the old one gives up its number', async () => {
  expect(await define(graph('again'))).toMatchObject({ created: true })
  const id = await start('again')
  const routes = `select r.id as route, 'again' as name, 1 as tenant from millrace.routes r
    join millrace.workflows w on w.id = r.workflow_id where w.name = 'again'`
  const [route] = await kernel.query<{ route: number; name: string; tenant: number }>(routes)
  await complete(route as NonNullable<typeof route>)
  await remove('again')
  // what its runs were can still be read
  expect(await stored('again', { version: '1' })).toEqual(graph('again'))
  await refusal(stored('again'), 'MR040', /no stored definition/)
  expect(await define(graph('again'))).toMatchObject({ created: true })
  await remove('again')
  expect(await define(graph('again', '{{ 2 }}'))).toMatchObject({ created: true, version: '1' })
  const was = await kernel.call<{ version: string }>('get_run', id)
  expect(was.version).toMatch(/^1 deleted \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.\d{6}$/)
  expect(await stored('again', { version: was.version })).toEqual(graph('again'))
  expect(await stored('again')).toEqual(graph('again', '{{ 2 }}'))
  expect(await kernel.call('get_run', await start('again'))).toMatchObject({ version: '1' })
})

test('a version with unfinished runs keeps its number, and its content', async () => {
  await define(graph('kept'))
  await start('kept')
  await remove('kept', { leave_runs: true })
  await refusal(define(graph('kept', '{{ 2 }}')), 'MR015', /another content/)
  expect(await define(graph('kept'))).toMatchObject({ created: true })
})

test('workers take no stored graph that was deleted, but for runs that were left', async () => {
  const take = async (unfinished: boolean) => {
    const text = `select workflow_id from millrace.get_documents(1, '{}', '{left,none}', '{}', '{}', $1)`
    const rows = await kernel.query<{ workflow_id: string }>(text, [unfinished])
    return rows.map(({ workflow_id }) => workflow_id)
  }
  await define(graph('left'))
  await define(graph('none'))
  expect((await take(false)).sort()).toEqual(['left', 'none'])
  await start('left')
  await remove('left', { leave_runs: true })
  await remove('none')
  expect(await take(false)).toEqual(['left'])
})

test('another tenant has its own', async () => {
  const route = await kernel.route()
  await kernel.makeTenant('neighbour')
  await refusal(remove(route.name, { tenant: 'neighbour' }), 'MR040', /is not registered/)
  await start(route.name)
})
