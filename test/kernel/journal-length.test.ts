import { expect, test } from 'vitest'
import { journalLength } from '../../src/kernel/tasks.ts'
import { openKernel, row } from '../support/kernel.ts'

const kernel = await openKernel()

test('is the length for the owner, and nothing for anybody else', async () => {
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const length = (tenant = 1, fence = task.fence) =>
    journalLength(kernel.database, tenant, { ...task, fence })
  expect(await length()).toBe(0)
  await worker.keep(task, [row('r', 'a'), row('r', 'b')])
  expect(await length()).toBe(2)
  expect(await length(second)).toBeNull()
  expect(await length(1, String(BigInt(task.fence) - 1n))).toBeNull()
  await worker.advance(task, { op: 'y', length: 2 })
  expect(await length()).toBeNull()
})

test('waits for a commit of unknown outcome', async () => {
  const route = await kernel.route()
  await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const [writing, asking] = [await kernel.connect(), await kernel.connect()]
  await writing.query('begin')
  await worker.advance(task, { op: 'k', rows: [row('r', 'a')] }, writing)
  const text = 'select millrace.journal_length(1, $1, 0, $2) as length'
  const length = asking.query(text, [task.run, task.fence])
  await kernel.waitUntilBlocked(asking)
  await writing.query('commit')
  expect((await length).rows).toEqual([{ length: 1 }])
})
