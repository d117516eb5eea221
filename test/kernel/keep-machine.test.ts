// Machines that code registers: the same states and transitions as those of a document that was put.
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

const states = [
  { name: 'open', initial: true },
  { name: 'shut', final: true },
]
const door = (name: string, more: object = {}) => ({ workflow: { name, ...more }, states })
const register = (tenant: number, document: ReturnType<typeof door>, version = '1') =>
  kernel.query('select millrace.register_workflow($1, $2, $3, $4, $5, $6) as route', [
    ...[tenant, document.workflow.name, version, '{"kind": "machine"}'],
    ...[JSON.stringify(document), 'a hash of the caller is not asked'],
  ])
const define = (document: object) =>
  kernel.query<{ created: boolean }>('select * from millrace.define_workflow($1)', [
    JSON.stringify(document),
  ])
const tableOf = (name: string) =>
  kernel.query(
    `select w.tenant_id, w.version, t.from_state, t.name, t.to_state
     from millrace.workflows w join millrace.machine_transitions t on t.workflow_id = w.id
     where w.name = $1 order by w.tenant_id, w.version`,
    [name],
  )
const row = { from_state: 'open', name: 'transition_to_shut', to_state: 'shut' }

test('it is kept once, whether by code or as a document, and has no route', async () => {
  expect(await register(1, door('once'))).toEqual([{ route: null }])
  expect(await register(1, door('once'))).toEqual([{ route: null }])
  expect(await define(door('once'))).toMatchObject([{ created: false }])
  expect(await tableOf('once')).toEqual([{ tenant_id: 1, version: '1', ...row }])
  await refusal(register(1, door('once', { table: 'doors' })), 'MR015', 'another content')
  const wrong = { workflow: { name: 'wrong' }, states: [{ name: 'a' }] }
  await refusal(register(1, wrong as never), 'MR030', 'wrong')
})

test('a name is of a machine, or of something else', async () => {
  const { name } = await kernel.route({ name: 'taken' })
  await refusal(register(1, door(name)), 'MR015', 'is no machine')
  await register(1, door('gate'))
  await refusal(kernel.route({ name: 'gate' }), 'MR015', 'is a machine')
  const graph = { name: 'gate', steps: [{ id: 'a', type: 'delay', config: { duration: '1 s' } }] }
  await refusal(define(graph), 'MR015', 'is a machine')
})

test('one that was deleted is there again', async () => {
  await register(1, door('back'))
  await kernel.query("select * from millrace.delete_workflow('back')")
  expect(await define(door('back'))).toMatchObject([{ created: true }])
  expect(await tableOf('back')).toHaveLength(1)
})

test("tenants have copies of the installation's, each with its states and transitions", async () => {
  const acme = await kernel.makeTenant('acme')
  await register(0, door('shared'))
  const start = (id: string) =>
    kernel.value('select millrace.start_entity($1, $2, $3)', ['shared', id, { tenant: 'acme' }])
  expect(await start('1')).toMatchObject({ state: 'open', started: true })
  expect(await start('2')).toMatchObject({ state: 'open', started: true })
  expect(await tableOf('shared')).toEqual([
    { tenant_id: 0, version: '1', ...row },
    { tenant_id: acme, version: '1', ...row },
  ])
})

test('two that register it at once make one', async () => {
  const all = Array.from({ length: 8 }, () => register(1, door('race')))
  expect(await Promise.all(all)).toHaveLength(8)
  expect(await tableOf('race')).toHaveLength(1)
})
