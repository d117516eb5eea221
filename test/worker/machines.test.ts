// Machines in the workflows of an engine: they are known from its start on, for all tenants too.
import { expect, test } from 'vitest'
import { defineMachine } from '../../src/entity/index.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { startTenants } from '../support/tenants.ts'

const door = (version = '1', table = 'doors') =>
  defineMachine({
    ...{ name: 'door', version, table },
    states: { open: { initial: true }, shut: { final: true } },
    transitions: { shut: { from: 'open', to: 'shut' } },
  })

test('an engine registers its machines, beside workflows that run', async () => {
  const echo = workflow('echo', ({ input }) => input)
  await using t = await startEngine([door(), echo])
  expect(await t.engine.getDefinition({ workflowId: 'door' })).toMatchObject({
    ...{ kind: 'machine', version: '1', document: { workflow: { table: 'doors' } } },
  })
  expect(
    await t.db.value("select millrace.start_entity('door', '7', '{\"entity_table\": \"doors\"}')"),
  ).toMatchObject({ state: 'open', started: true })
  const run = await t.engine.startWorkflow({ workflowId: 'echo', input: 3 })
  expect(await run.result({ timeout: '20 s' })).toBe(3)
  await expect(t.engine.startWorkflow({ workflowId: 'door', input: 1 })).rejects.toThrow(
    /is a machine, and has no runs/,
  )
  // another process of the same code, and one of the next version
  await t.another([door()])
  await t.another([door('2', 'gates')])
  const known = await t.engine.getWorkflows()
  expect(
    known
      .filter(({ id }) => id === 'door')
      .map(({ version }) => version)
      .sort(),
  ).toEqual(['1', '2'])
  await expect(t.another([door('2')])).rejects.toThrow(/another content/)
  expect(t.log).toEqual([])
})

test('a machine is put as a definition', async () => {
  await using t = await startEngine()
  expect(await t.engine.putWorkflow(door())).toEqual({ id: 'door', version: '1', created: true })
  expect(await t.engine.putWorkflow(door())).toMatchObject({ created: false })
  await expect(t.engine.putWorkflow(door('2'), { queue: 'q' })).rejects.toThrow(/queue/)
})

test('an engine of all tenants has its machines for itself, and for the others', async () => {
  await using t = await startTenants([door()])
  const { number } = await t.tenant('ada')
  for (const tenant of ['default', 'ada'])
    expect(
      await t.db.value("select millrace.start_entity('door', '7', $1)", [{ tenant }]),
    ).toMatchObject({ state: 'open', started: true })
  const rows = await t.db.query<{ tenant_id: number; entity_table: string }>(
    'select tenant_id, entity_table from millrace.entities order by 1',
  )
  expect(rows).toEqual([
    { tenant_id: 1, entity_table: 'doors' },
    { tenant_id: number, entity_table: 'doors' },
  ])
})
