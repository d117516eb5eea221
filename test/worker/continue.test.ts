import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { checkInvariants } from '../support/invariants.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const sums = createWorkflowRef('sums')
const CHAINS = 20
const LINKS = 12

test('chains of runs that continue each other sum up exactly, though workers are killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn(), p.spawn()])
  const inputs = Array.from({ length: CHAINS }, () => ({ input: { left: LINKS, sum: 0, ms: 20 } }))
  const runs = await p.client.startWorkflows(sums, inputs)
  const links = () => p.db.value<number>('select count(*)::int from millrace.continuations')
  for (const [nth, at] of [CHAINS * 2, CHAINS * 5, CHAINS * 8].entries()) {
    await until('they are so far', async () => (await links()) >= at, LONG)
    workers[nth]?.kill('SIGKILL')
    await p.spawn()
  }
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(results).toEqual(runs.map(() => (LINKS * (LINKS + 1)) / 2))
  // one run for each link, none beside
  expect(await links()).toBe(CHAINS * (LINKS - 1))
  expect(await p.db.value<number>('select count(*)::int from millrace.runs')).toBe(CHAINS * LINKS)
  const lengths = await p.db.query<{ n: number }>(
    'select max(nth) as n from millrace.continuations group by first_run',
  )
  expect(lengths.map(({ n }) => n)).toEqual(runs.map(() => LINKS - 1))
  expect(await p.repeats()).toEqual([])
  // what they set is found, of each link as it ended
  const last = { workflowId: 'sums', attributes: { sum: (LINKS * (LINKS + 1)) / 2 } }
  const { items } = await p.client.getRuns({ ...last, limit: 100 })
  expect(items).toHaveLength(CHAINS)
  for (const item of items) expect(item.attributes.left).toBe(1)
  await checkInvariants(p.db)
})
