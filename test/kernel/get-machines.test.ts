// What machines there are: every version, that first which starts take, with the ids under which others know them.
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

type Machine = { definition_id: string; workflow_id: string; version: string; newest: boolean }
const get = (options: object = {}) =>
  kernel.query<Machine>('select * from millrace.get_machines($1)', [options])
const define = (name: string, version: string, tenant = 'default') =>
  kernel.query('select * from millrace.define_machine($1, $2)', [
    {
      workflow: { name, version, table: 'doors', metadata: { of: 'wood' } },
      states: [{ name: 'open', initial: true }, { name: 'shut' }, { name: 'gone', final: true }],
      transitions: [
        { from: 'open', to: 'shut' },
        { from: '*', to: 'gone', name: 'take' },
      ],
    },
    { tenant },
  ])

test('by name, that first which starts take; by name alone, or by the id of a version', async () => {
  await define('door', '1')
  await define('door', '2')
  await define('arch', '1')
  const all = await get()
  expect(all.map((one) => [one.workflow_id, one.version, one.newest])).toEqual([
    ...[
      ['arch', '1', true],
      ['door', '2', true],
      ['door', '1', false],
    ],
  ])
  expect(all[0]).toMatchObject({
    ...{ active: true, states: 3, transitions: 2, entity_table: 'doors', metadata: { of: 'wood' } },
  })
  expect(await get({ machine: 'door' })).toEqual(all.slice(1))
  expect(await get({ definition_id: all[2]?.definition_id })).toEqual(all.slice(2))
  expect(await get({ definition_id: all[2]?.definition_id.toUpperCase() })).toHaveLength(1)
  for (const definition_id of ['door', '', '00000000-0000-4000-8000-000000000000'])
    expect(await get({ definition_id })).toEqual([])
  expect(await get({ limit: 1 })).toEqual(all.slice(0, 1))
  await refusal(get({ name: 'door' }), 'MR001', 'name')
})

test('a version that is put again is what starts take; one that is stopped is not active; one that is deleted is gone', async () => {
  await define('gate', '1')
  await define('gate', '2')
  await define('gate', '1')
  const versions = async () => (await get({ machine: 'gate' })).map(({ version }) => version)
  expect(await versions()).toEqual(['1', '2'])
  await kernel.query("select * from millrace.deactivate_workflow('gate')")
  expect(await get({ machine: 'gate' })).toMatchObject([{ active: false }, { active: false }])
  await kernel.query("select * from millrace.delete_workflow('gate')")
  expect(await versions()).toEqual([])
})

test("another tenant's are not seen, the installation's are, once", async () => {
  await kernel.makeTenant('acme')
  await define('shed', '1', 'acme')
  expect(await get({ machine: 'shed' })).toEqual([])
  const [own] = await get({ machine: 'shed', tenant: 'acme' })
  expect(await get({ definition_id: own?.definition_id })).toEqual([])
  const states = [{ name: 'on', initial: true }]
  const document = JSON.stringify({ workflow: { name: 'lamp' }, states })
  const lamp = ['lamp', '1', '{"kind": "machine"}', document, '']
  await kernel.query('select millrace.register_workflow(0, $1, $2, $3, $4, $5)', lamp)
  const before = await get({ machine: 'lamp', tenant: 'acme' })
  expect(before).toMatchObject([{ version: '1', newest: true, states: 1 }])
  await kernel.query('select millrace.start_entity($1, $2, $3)', ['lamp', '1', { tenant: 'acme' }])
  const after = await get({ machine: 'lamp', tenant: 'acme' })
  expect(after).toMatchObject([{ version: '1', newest: true, states: 1 }])
})
