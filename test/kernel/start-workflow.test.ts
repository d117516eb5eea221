import { expect, test } from 'vitest'
import { openKernel, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const start = (name: string, input?: unknown, options: object = {}) =>
  kernel.call<string>('start_workflow', name, JSON.stringify(input ?? null), options)
const { name } = await kernel.route({ definition: { queue: 'q', priority: 4, timeout_ms: 60_000 } })

test('starts a run that a worker can claim', async () => {
  const route = await kernel.route()
  const id = await start(route.name, { order: 7 })
  expect(await kernel.call('get_run', id)).toMatchObject({
    id,
    workflow_id: route.name,
    version: '1',
    status: 'pending',
    input: { order: 7 },
    queue: 'default',
    priority: 0,
    tags: [],
    attributes: {},
    resource_id: null,
  })
  const { task } = await kernel.lease(route)
  expect(uuid(task.run)).toBe(id)
  expect(JSON.parse(task.input as string)).toEqual({ order: 7 })
})

test('the definition gives what the call leaves open', async () => {
  const given = await kernel.call<Record<string, unknown>>('get_run', await start(name))
  expect(given).toMatchObject({ queue: 'q', priority: 4 })
  expect(Date.parse(given.timeout_at as string) - Date.parse(given.created_at as string)).toBe(
    60_000,
  )
  const own = { queue: 'mine', priority: -4, timeout: '2 hours', version: '1' }
  const called = await kernel.call<Record<string, unknown>>('get_run', await start(name, 1, own))
  expect(called).toMatchObject({ queue: 'mine', priority: -4 })
  expect(Date.parse(called.timeout_at as string) - Date.parse(called.created_at as string)).toBe(
    7_200_000,
  )
})

test('keeps resource, tags, attributes and retries', async () => {
  const options = { resource_id: 'r1', tags: ['a', 'b'], attributes: { x: [1] }, retries: 5 }
  expect(await kernel.call('get_run', await start(name, null, options))).toMatchObject({
    resource_id: 'r1',
    tags: ['a', 'b'],
    attributes: { x: [1] },
    max_retries: 5,
  })
})

test('a delayed run is pending until its time, and never claimed before', async () => {
  const route = await kernel.route()
  const id = await start(route.name, null, { delay: '1 minute' })
  const worker = await kernel.worker()
  expect(await worker.claim(route)).toEqual([])
  expect(await kernel.call('get_run', id)).toMatchObject({
    status: 'pending',
    current_step_id: null,
  })
  await kernel.advanceClock(59_000)
  expect(await worker.claim(route)).toEqual([])
  await kernel.advanceClock(1_000)
  const [task] = await worker.claim(route)
  expect(uuid(task?.run as string)).toBe(id)
  expect(task?.journal).toEqual([])
})

test('the same key and input give the same run, whatever else is asked for', async () => {
  const first = await start(name, { a: 1, b: 2 }, { idempotency_key: 'k1' })
  expect(await start(name, { b: 2, a: 1 }, { idempotency_key: 'k1', priority: 9 })).toBe(first)
  const other = '0190163d-8694-739b-aea5-966c26f8ad91'
  expect(await start(name, { a: 1, b: 2 }, { idempotency_key: 'k1', run_id: other })).toBe(first)
  await refusal(kernel.call('get_run', other), 'MR041', other)
  expect(await kernel.call('get_run', first)).toMatchObject({ idempotency_key: 'k1' })
})

test('the same key with another input is refused, and names the run that has it', async () => {
  const first = await start(name, { a: 1 }, { idempotency_key: 'k2' })
  const call = start(name, { a: 2 }, { idempotency_key: 'k2' })
  const details = await refusal(call, 'MR010', `The idempotency key "k2" belongs to run ${first}`)
  expect(details).toEqual({ existing: first })
})

test('a key belongs to a workflow and to a tenant', async () => {
  const other = await kernel.route()
  const slug = `t${Date.now()}`
  await kernel.route({ tenant: await kernel.makeTenant(slug), name })
  const ids = await Promise.all([
    start(name, 1, { idempotency_key: 'k3' }),
    start(other.name, 1, { idempotency_key: 'k3' }),
    start(name, 1, { idempotency_key: 'k3', tenant: slug }),
  ])
  expect(new Set(ids).size).toBe(3)
})

test('a run may have a UUID of the caller, once', async () => {
  const mine = '3d2a1b00-0000-4000-8000-0000000000AA'
  const id = await start(name, { a: 1 }, { run_id: mine })
  expect(id).toBe(mine.toLowerCase())
  expect(await kernel.call('get_run', mine)).toMatchObject({ id, input: { a: 1 } })
  expect(await start(name, { a: 1 }, { run_id: mine })).toBe(id)
  await refusal(start(name, { a: 2 }, { run_id: mine }), 'MR010', `The run id "${id}" belongs to`)
})

test('two starts with the same key at once make one run: the second waits for the first', async () => {
  const [a, b] = [await kernel.connect(), await kernel.connect()]
  const text = `select millrace.start_workflow($1, '1', '{"idempotency_key": "at once"}') as id`
  await a.query('begin')
  const first = (await a.query(text, [name])).rows[0].id
  const second = b.query(text, [name])
  await kernel.waitUntilBlocked(b)
  await a.query('commit')
  expect((await second).rows[0].id).toBe(first)
})

test('and if the first rolls back, the second starts', async () => {
  const [a, b] = [await kernel.connect(), await kernel.connect()]
  const text = `select millrace.start_workflow($1, '1', '{"idempotency_key": "rolled back"}') as id`
  await a.query('begin')
  const first = (await a.query(text, [name])).rows[0].id
  const second = b.query(text, [name])
  await kernel.waitUntilBlocked(b)
  await a.query('rollback')
  const { id } = (await second).rows[0]
  expect(id).not.toBe(first)
  expect(await kernel.call('get_run', id)).toMatchObject({ status: 'pending' })
})

test('joins the transaction of its caller: it exists if that commits', async () => {
  await kernel.query('create table orders (id int primary key, run uuid)')
  await kernel.query(`
    create function start_order() returns trigger language plpgsql as $$
    begin
      new.run := millrace.start_workflow('${name}', jsonb_build_object('order', new.id));
      return new;
    end $$`)
  await kernel.query(
    'create trigger start_order before insert on orders for each row execute function start_order()',
  )
  const client = await kernel.connect()
  await client.query('begin')
  await client.query('insert into orders values (1)')
  const { rows } = await client.query('select run, millrace.get_run(run) as json from orders')
  expect(rows[0].json).toMatchObject({ status: 'pending', input: { order: 1 } })
  await client.query('rollback')
  await refusal(kernel.call('get_run', rows[0].run), 'MR041', rows[0].run)

  await kernel.query('insert into orders values (2)')
  const run = await kernel.value<string>('select run from orders where id = 2')
  expect(await kernel.call('get_run', run)).toMatchObject({ input: { order: 2 } })
})

test.each([
  [{ colour: 'red' }, 'option "colour" is not known'],
  [{ resource_id: '' }, 'resource_id must have 1 to 256'],
  [{ idempotency_key: 'x'.repeat(257) }, 'idempotency_key must have 1 to 256'],
  [{ run_id: 'seven' }, 'run_id must be a UUID'],
  [{ run_id: uuid('77') }, 'run_id must not be an id that the engine made'],
  [{ queue: 'bad/queue' }, 'queue must match'],
  [{ priority: 1001 }, 'priority must be an integer between -1000 and 1000'],
  [{ priority: 1.5 }, 'priority must be an integer'],
  [{ priority: 'high' }, 'priority must be an integer'],
  [{ retries: 1000 }, 'retries must be an integer between 0 and 999'],
  [{ retries: -1 }, 'retries must be an integer'],
  [{ tags: 'one' }, 'tags must be an array of at most 32'],
  [{ tags: Array.from({ length: 33 }, String) }, 'tags must be an array of at most 32'],
  [{ tags: [1] }, 'each tag must be a text of 1 to 64 characters'],
  [{ tags: ['x'.repeat(65)] }, 'each tag must be a text of 1 to 64 characters'],
  [{ attributes: [] }, 'attributes must be an object'],
  [{ delay: 'soon' }, 'is not a duration'],
  [{ timeout: -1 }, 'is not a duration'],
  [{ timeout: true }, 'is not a duration'],
  [[], 'they must be an object, not []'],
  ['x', 'they must be an object, not "x"'],
  [{ resource_id: 7 }, 'resource_id must be a text'],
  [{ idempotency_key: ['x'] }, 'idempotency_key must be a text'],
  [{ version: 2 }, 'version must be a text'],
  [{ tenant: 1 }, 'tenant must be a text'],
  [{ priority: '5' }, 'priority must be an integer'],
  [{ retries: '5' }, 'retries must be an integer'],
])('refuses %j', async (options, message) => {
  const json = JSON.stringify(options) as never
  const details = await refusal(start(name, null, json), 'MR001', message)
  expect(JSON.stringify(details)).not.toBe('{}')
})

test('an option that is null is as if it were not there', async () => {
  const names = ['tenant', 'version', 'queue', 'priority', 'delay', 'timeout', 'resource_id']
  const more = ['tags', 'attributes', 'idempotency_key', 'run_id', 'retries']
  const options = Object.fromEntries([...names, ...more].map((option) => [option, null]))
  const id = await start(name, { a: 1 }, options)
  expect(await kernel.call('get_run', id)).toMatchObject({ tags: [], attributes: {} })
})

test('attributes of 16 KiB are kept, more are refused', async () => {
  const attributes = (length: number) => ({ attributes: { a: 'x'.repeat(length) } })
  await start(name, null, attributes(16 * 1024 - 9))
  await refusal(start(name, null, attributes(16 * 1024 - 8)), 'MR002', 'over the limit of 16 KiB')
})

test('refuses an unknown workflow, version or tenant, and an input over 1 MiB', async () => {
  await refusal(start('nobody'), 'MR040', '"nobody" is not registered')
  await refusal(start(name, null, { version: '9' }), 'MR040', 'in version "9"')
  await refusal(start(name, null, { tenant: 'nobody' }), 'MR042', '"nobody"')
  await refusal(start(name, 'x'.repeat(1024 * 1024)), 'MR002', 'over the limit of 1 MiB')
})
