// Two who define a workflow of one name at the same moment, in different versions: code, a graph, a machine.
import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

const machine = (name: string) =>
  JSON.stringify({ workflow: { name, version: '2' }, states: [{ name: 'a', initial: true }] })
const graph = (name: string) =>
  JSON.stringify({
    ...{ name, version: '3' },
    steps: [{ id: 'a', type: 'delay', config: { seconds: 1 } }],
  })
const ways: Record<string, (name: string) => [string, unknown[]]> = {
  code: (name) => [`select millrace.register_workflow(1, $1, '1', '{}')`, [name]],
  machine: (name) => ['select millrace.define_machine($1)', [machine(name)]],
  graph: (name) => ['select millrace.define_workflow($1)', [graph(name)]],
}

test.each([
  ['code', 'machine'],
  ['machine', 'code'],
  ['graph', 'machine'],
  ['machine', 'graph'],
] as const)('of %s and a %s that wait for each other the second is refused', async (one, two) => {
  const name = `${one}-${two}`
  const [first, second] = [await kernel.connect(), await kernel.connect()]
  await first.query('begin')
  await first.query(...(ways[one] as (typeof ways)[string])(name))
  const late = second.query(...(ways[two] as (typeof ways)[string])(name)).then(
    () => 'defined',
    ({ code }) => code,
  )
  await kernel.waitUntilBlocked(second)
  await first.query('commit')
  expect(await late).toBe('MR015')
  const kinds = await kernel.query(
    `select distinct coalesce(w.definition ->> 'kind', 'function') as kind from millrace.workflows w where w.name = $1`,
    [name],
  )
  expect(kinds).toHaveLength(1)
  expect(await kernel.query('select from millrace.stopped_workflows')).toEqual([])
})

test('who waits for one that is taken back is not refused, and the name stays deactivated where it was', async () => {
  const [first, second] = [await kernel.connect(), await kernel.connect()]
  await kernel.call('register_workflow', 1, 'kept', '1', {})
  await kernel.call('deactivate_workflow', 'kept')
  await first.query('begin')
  await first.query(`select millrace.register_workflow(1, 'kept', '2', '{}')`)
  const late = second.query(`select millrace.register_workflow(1, 'kept', '3', '{}')`)
  await kernel.waitUntilBlocked(second)
  await first.query('rollback')
  await late
  const stopped = await kernel.query('select name, why from millrace.stopped_workflows')
  expect(stopped).toEqual([{ name: 'kept', why: 'i' }])
})
