import { describe, expect, test } from 'vitest'
import { advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { openKernel, type Route, row, toAdvance, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'
import { scheduleTools } from '../support/schedules.ts'

const kernel = await openKernel()

const deactivate = (name: string, options: object = {}) =>
  kernel.call<boolean>('deactivate_workflow', name, options)
const activate = (name: string, options: object = {}) =>
  kernel.call<boolean>('activate_workflow', name, options)
const start = (name: string, options: object = {}) =>
  kernel.call<string>('start_workflow', name, '1', options)
const runsOf = (name: string) =>
  kernel.value<number>(
    `select count(*)::int from millrace.run_details d where d.workflow_id = $1`,
    [name],
  )
const refused = (call: Promise<unknown>, name: string) =>
  refusal(call, 'MR016', new RegExp(`^Workflow "${name}" is not active`))
const define = (document: object) =>
  kernel.query('select * from millrace.define_workflow($1)', [JSON.stringify(document)])
const graph = (name: string, more: object = {}) => ({
  ...{ name, steps: [{ id: 'a', type: 'transform', config: { expression: '{{ 1 }}' } }] },
  ...more,
})

/** A leased run of one workflow that starts a run of another. */
async function askChild(parent: Route, child: Route, key: string) {
  const run = await kernel.start(parent)
  const { worker, task } = await kernel.lease(parent)
  const id = await kernel.value<string>('select millrace.take_ids()::text')
  const meta = JSON.stringify({ workflow: child.name, parent: run, parent_close: 'wait' })
  const children = [{ id, route: child.route, input: null, meta }]
  const change = toAdvance(task as LeasedTask, {
    ...{ op: 'w', rows: [row('c', key, { run: id })], children },
    waits: [{ key, name: `$child:${id}`, ms: null }],
  })
  return { run, worker, task, id, send: () => advanceTasks(kernel.database, 1, [change]) }
}

test('starts are refused until it is active again; what runs goes on', async () => {
  const route = await kernel.route()
  const before = await kernel.start(route)
  expect(await deactivate(route.name, { reason: 'prices are wrong', by: 'ada' })).toBe(true)
  expect(await deactivate(route.name, { reason: 'once more' })).toBe(false)
  const details = await refused(start(route.name), route.name)
  expect(details).toMatchObject({ workflow_id: route.name, reason: 'WORKFLOW_INACTIVE' })
  await refusal(start(route.name), 'MR016', /\(prices are wrong\)/)
  // a client that knows the route already
  await refused(kernel.start(route), route.name)
  expect(await runsOf(route.name)).toBe(1)
  const { worker, task } = await kernel.lease(route)
  expect(await worker.complete(task)).toEqual({ kind: 'done' })
  expect(await kernel.run(before)).toMatchObject({ status: 'completed' })
  expect(await activate(route.name)).toBe(true)
  expect(await activate(route.name)).toBe(false)
  await start(route.name)
})

test('a start that has its run is no new one: sent again it is that, also under its key', async () => {
  const route = await kernel.route()
  const id = await kernel.start(route, { meta: { key: 'k' } })
  await deactivate(route.name)
  expect(await kernel.start(route, { id, meta: { key: 'k' } })).toBe(id)
  const keyed = { idempotency_key: 'k' }
  expect(await kernel.call('start_workflow', route.name, null, keyed)).toBe(uuid(id))
  await refused(start(route.name, { idempotency_key: 'other' }), route.name)
  expect(await runsOf(route.name)).toBe(1)
})

test('a new version changes nothing; other workflows, and those of other tenants, are started', async () => {
  const route = await kernel.route()
  await deactivate(route.name)
  await kernel.call('register_workflow', 1, route.name, '2', '{}')
  await refused(start(route.name), route.name)
  await start((await kernel.route()).name)
  const tenant = await kernel.makeTenant('elsewhere')
  await kernel.route({ tenant, name: route.name })
  await start(route.name, { tenant: 'elsewhere' })
  await refusal(deactivate('none'), 'MR040', /"none" is not registered/)
  await refusal(deactivate(route.name, { why: 'x' }), 'MR001', /"why" is not known/)
})

test('no retry and no fork', async () => {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.advance(task, { op: 'f', output: '{"message":"no"}', rows: [row('r', 'a', 1)] })
  await deactivate(route.name)
  const id = uuid(run)
  await refused(kernel.call('retry_workflow', id, {}), route.name)
  await refused(kernel.call('fork_workflow', id, { from_step: 'a' }), route.name)
  await activate(route.name)
  expect(await kernel.call('retry_workflow', id, {})).toMatchObject({ retried_from: id })
})

test('an event starts none, and those that are active', async () => {
  const on = { start_on: [{ event: 'paid' }] }
  const [off, active] = [
    await kernel.route({ definition: on }),
    await kernel.route({ definition: on }),
  ]
  await deactivate(off.name)
  const emitted = await kernel.call<{ started: string[] }>('emit_event', 'paid', '1', { key: 'k' })
  expect(emitted.started).toHaveLength(1)
  expect([await runsOf(off.name), await runsOf(active.name)]).toEqual([0, 1])
})

test('a time of a schedule that comes meanwhile has no run, and says so', async () => {
  const { put, look, reach, runs, show } = scheduleTools(kernel)
  const route = await kernel.route()
  await put('hourly', route.name, { every: 3_600_000 })
  await look()
  await deactivate(route.name)
  await reach('hourly')
  await look()
  expect(await runs('hourly')).toEqual([])
  expect((await show('hourly')).problem).toMatchObject({ code: 'MR016' })
  await refused(kernel.call('run_schedule', 'hourly', {}), route.name)
  await activate(route.name)
  await reach('hourly')
  await look()
  expect(await runs('hourly')).toHaveLength(1)
})

describe('a child of it', () => {
  test('is made and fails at once: its parent is told', async () => {
    const [parent, child] = [await kernel.route(), await kernel.route()]
    const asked = await askChild(parent, child, 'sub')
    await deactivate(child.name)
    expect(await asked.send()).toMatchObject([{ kind: expect.stringMatching(/done|news/) }])
    expect(await kernel.run(asked.id)).toMatchObject({
      status: 'failed',
      failure: {
        code: 'MR016',
        message: `Workflow "${child.name}" is not active: no run of it can be started.`,
      },
    })
    const journal = await kernel.journal(asked.run)
    expect(journal.some((line) => line.startsWith('g sub'))).toBe(true)
  })

  test('sent again after an unknown outcome it stays what it was', async () => {
    const [parent, child] = [await kernel.route(), await kernel.route()]
    const asked = await askChild(parent, child, 'sub')
    await asked.send()
    await deactivate(child.name)
    await asked.send()
    expect(await kernel.run(asked.id)).toMatchObject({ status: 'pending' })
  })
})

test('a run goes on as another', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await deactivate(route.name)
  const id = await kernel.value<string>('select millrace.take_ids()::text')
  const successor = { id, route: route.route, input: null, meta: null }
  const verdict = await worker.advance(task, {
    ...{ op: 'c', output: null, successor },
    tail: [row('z', '', { run: id })],
  } as never)
  expect(verdict).toEqual({ kind: 'done' })
  expect(await kernel.run(id)).toMatchObject({ status: 'pending' })
})

describe('what a document says of is_active', () => {
  test('holds until another is put', async () => {
    await define(graph('said', { is_active: false }))
    await refusal(start('said'), 'MR016', /\(is_active: false\)/)
    await define(graph('said', { description: 'now' }))
    await start('said')
  })

  test('takes back what a person said only if it says so', async () => {
    await define(graph('both'))
    await deactivate('both')
    await define(graph('both', { description: 'other' }))
    await refused(start('both'), 'both')
    await define(graph('both', { is_active: false }))
    await define(graph('both'))
    await refused(start('both'), 'both')
    await define(graph('both', { is_active: true }))
    await start('both')
  })

  test('a person lets it run nevertheless', async () => {
    await define(graph('allowed', { is_active: false }))
    expect(await activate('allowed')).toBe(true)
    await start('allowed')
    expect(await deactivate('allowed')).toBe(true)
  })

  test('a worker that registers it takes back nothing that a person said', async () => {
    const document = graph('coded', { is_active: true })
    await define(document)
    await deactivate('coded')
    const [stored] = await kernel.query<{ version: string; hash: string; document: string }>(
      `select w.version, d.hash, d.document from millrace.workflow_documents d
       join millrace.workflows w on w.id = d.workflow_id where w.name = 'coded'`,
    )
    const { version, hash, document: text } = stored as NonNullable<typeof stored>
    await kernel.call('register_workflow', 1, 'coded', version, '{"kind":"graph"}', text, hash)
    await refused(start('coded'), 'coded')
  })
})

test('get_workflows says it', async () => {
  const route = await kernel.route()
  await deactivate(route.name)
  const state = () =>
    kernel.value(`select state from millrace.get_workflows() where id = $1`, [route.name])
  expect(await state()).toBe('inactive')
  await activate(route.name)
  expect(await state()).toBe('active')
})
