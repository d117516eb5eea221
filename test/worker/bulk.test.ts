import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const told = createWorkflowRef('asks')

test('a bulk operation goes on where its worker was killed, and does nothing twice', {
  timeout: 60_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  const inputs = Array.from({ length: 400 }, (_, n) => ({ input: n }))
  const runs = await p.client.startWorkflows(told, inputs)
  const waiting = async () =>
    (await p.db.value<number>("select count(*)::int from millrace.live where state = 'w'")) === 400
  await until('all wait', waiting, LONG)
  const begun = await p.client.bulk.signal({
    where: { workflowId: 'asks' },
    eventName: 'go',
    data: 'on',
    perSecond: 200,
    by: 'ada',
  })
  expect(begun).toMatchObject({ matched: 400, status: 'running' })
  const id = begun.id as string
  await until('some are done', async () => (await p.client.bulk.get(id)).done >= 40, LONG)
  workers[0]?.kill('SIGKILL')
  await until('more are done', async () => (await p.client.bulk.get(id)).done >= 120, LONG)
  workers[1]?.kill('SIGKILL')
  const end = await until(
    'it is through',
    async () => {
      const now = await p.client.bulk.get(id)
      return now.status === 'completed' && now
    },
    LONG,
  )
  expect(end).toMatchObject({ done: 400, failed: 0, by: 'ada' })
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(results).toEqual(runs.map((_, n) => [n, 'on']))
  const messages = await p.db.value<number>(
    "select count(*)::int from millrace.checkpoints where kind = 'g'",
  )
  const tails = await p.db.value<number>(
    `select count(*)::int from millrace.outcomes where tail like '%"g"%'`,
  )
  expect(messages + tails).toBe(400)
})
