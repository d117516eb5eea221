import { describe, expect, test } from 'vitest'
import { advanceTasks, callOff, type LeasedTask } from '../../src/kernel/tasks.ts'
import { openKernel, row, toAdvance } from '../support/kernel.ts'

const kernel = await openKernel()

/** A run that its owner has, with two children and two questions. */
async function scene(tenant = 1) {
  const [route, childRoute] = [await kernel.route({ tenant }), await kernel.route({ tenant })]
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const children = []
  for (let i = 0; i < 2; i++) {
    const id = await kernel.value<string>('select millrace.take_ids()::text')
    const meta = JSON.stringify({ workflow: childRoute.name, parent: run, parent_close: 'cancel' })
    children.push({ id, route: childRoute.route, input: null, meta })
  }
  const ask = { question: 'Q?', details: null, assignees: [], roles: [], ms: null }
  const rows = children.map(({ id }, i) => row('c', `child ${i}`, { run: id }))
  const change = toAdvance(task, { op: 'k', rows, children })
  const asks = ['x[1]', 'y'].map((step) => ({ ...ask, step }))
  expect(await advanceTasks(kernel.database, tenant, [{ ...change, asks }])).toEqual([
    { kind: 'done' },
  ])
  const [one, two] = children.map(({ id }) => id) as [string, string]
  return { tenant, route, childRoute, run, worker, task, one, two }
}

const off = (task: LeasedTask, children: string[], questions: string[] = [], tenant = 1) =>
  callOff(kernel.database, tenant, task, { children, questions })
const status = async (run: string) => (await kernel.run(run)).status
const questions = (run: string) =>
  kernel.query('select step from millrace.approvals where run_id = $1 order by step', [run])
const closing = (run: string) =>
  kernel.query(
    'select run_id::text from millrace.children where parent_id = $1 and closes_at is not null',
    [run],
  )

test('children are cancelled and questions are over; the others, and the run, stay', async () => {
  const { run, task, one, two } = await scene()
  expect(await off(task, [one], ['x[1]'])).toBe(true)
  await kernel.call('close_children')
  expect([await status(one), await status(two), await status(run)]).toEqual([
    ...['cancelled', 'pending', 'running'],
  ])
  expect(await questions(run)).toEqual([{ step: 'y' }])
})

test('a child says why it was called off', async () => {
  const { task, one, two } = await scene()
  const why = 'it lost the race "r" to "fast"'
  await callOff(kernel.database, 1, task, { children: [one], questions: [], reason: why })
  await off(task, [two])
  await kernel.call('close_children')
  const noteOf = (run: string) =>
    kernel.value(
      `select data::json ->> 'reason' from millrace.checkpoints where run_id = $1 and kind = 'x'`,
      [run],
    )
  expect([await noteOf(one), await noteOf(two)]).toEqual([why, 'its parent ended'])
})

test('again, and for a child that has ended: nothing', async () => {
  const { run, task, childRoute, one, two } = await scene()
  const { worker: other, task: child } = await kernel.lease(childRoute)
  await other.complete(child, 1)
  const ended = child.run
  const alive = ended === one ? two : one
  for (let i = 0; i < 2; i++) expect(await off(task, [one, two], ['x[1]', 'none'])).toBe(true)
  expect(await closing(run)).toEqual([{ run_id: alive }])
  await kernel.call('close_children')
  expect(await off(task, [one, two])).toBe(true)
  expect([await status(ended), await status(alive)]).toEqual(['completed', 'cancelled'])
})

test('nothing left: it is the run of its owner', async () => {
  const { run, task } = await scene()
  expect(await off(task, [])).toBe(true)
  expect(await closing(run)).toEqual([])
  expect(await questions(run)).toHaveLength(2)
})

describe('done for nobody but the owner', () => {
  test('a stale fence', async () => {
    const { route, run, worker, task, one } = await scene()
    await worker.advance(task, { op: 'y', length: 2 })
    expect(await off(task, [one], ['y'])).toBe(false)
    await kernel.lease(route)
    expect(await off(task, [one], ['y'])).toBe(false)
    expect(await closing(run)).toEqual([])
    expect(await questions(run)).toHaveLength(2)
  })

  test('a run that has ended', async () => {
    const { worker, task, one } = await scene()
    await worker.advance(task, { op: 'c', output: '1', length: 2 })
    expect(await off(task, [one], ['y'])).toBe(false)
  })

  test('another tenant', async () => {
    const { run, task, one } = await scene()
    const tenant = await kernel.makeTenant('other')
    expect(await off(task, [one], ['y'], tenant)).toBe(false)
    expect(await closing(run)).toEqual([])
    expect(await questions(run)).toHaveLength(2)
  })

  test('children and questions of another run are not touched', async () => {
    const [mine, other] = [await scene(), await scene()]
    expect(await off(mine.task, [other.one], ['y'])).toBe(true)
    expect(await closing(other.run)).toEqual([])
    expect(await questions(other.run)).toHaveLength(2)
  })
})

test('a child that went on as another run is called off as that', async () => {
  const { run, task, childRoute, one, two } = await scene()
  const { worker: other, task: child } = await kernel.lease(childRoute)
  const id = await kernel.value<string>('select millrace.take_ids()::text')
  const meta = JSON.stringify({ workflow: childRoute.name, parent: run })
  const successor = { id, route: childRoute.route, input: null, meta }
  const verdict = await other.advance(child, {
    ...{ op: 'c', output: null, parent: null, length: child.journal.length, successor },
    tail: [row('z', '', { run: id })],
  } as never)
  expect(verdict).toEqual({ kind: 'done' })
  expect(await off(task, [one, two])).toBe(true)
  await kernel.call('close_children')
  expect(await status(id)).toBe('cancelled')
})
