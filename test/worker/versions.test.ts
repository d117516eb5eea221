import { expect, test } from 'vitest'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { startProcesses } from './processes.ts'

const LONG = { timeout: 40_000 }
const deployed = createWorkflowRef('deployed')

test('runs keep their version or move to another, and go to workers that have it, though workers are killed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const old = await p.spawn({ versions: ['1'] })
  const both = await p.spawn({ versions: ['1', '2'] })
  await p.spawn({ versions: ['2'] })
  const inputs = Array.from({ length: 60 }, (_, n) => ({
    input: null,
    options: { version: '1', tags: [n % 2 === 0 ? 'stays' : 'moves'] },
  }))
  const runs = await p.client.startWorkflows(deployed, inputs)
  const count = (where: string) => p.db.value<number>(`select count(*)::int from millrace.${where}`)
  await until('all wait', async () => (await count("live where state = 'w'")) === 60, LONG)

  const where = { workflowId: 'deployed', version: '1', tags: ['moves'] }
  expect(await p.client.bulk.migrate({ where, toVersion: '2', dryRun: true })).toMatchObject({
    matched: 30,
  })
  const { id } = await p.client.bulk.migrate({ where, toVersion: '2', perSecond: 40, by: 'ada' })
  const moved = async () => (await p.client.bulk.get(id as string)).done
  await until('some have moved', async () => (await moved()) >= 5, LONG)
  both.kill('SIGKILL')
  await until('all have moved', async () => (await moved()) === 30, LONG)

  // without a worker of the old version its runs are left alone, and those that moved go on
  old.kill('SIGKILL')
  await p.client.bulk.signal({ where: { workflowId: 'deployed' }, eventName: 'go' })
  await until('those that moved are through', async () => (await count('outcomes')) === 30, LONG)
  const versions = async () =>
    (await p.client.getVersions({ workflowId: 'deployed' })).map(
      ({ version, live, retirable }) => ({
        ...{ version, live, retirable },
      }),
    )
  expect(await versions()).toContainEqual({ version: '1', live: 30, retirable: false })
  await p.spawn({ versions: ['1'] })
  const results = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(results).toEqual(runs.map((_, n) => (n % 2 === 0 ? ['1', '1', false] : ['1', '2', true])))
  expect(await versions()).toContainEqual({ version: '1', live: 0, retirable: true })
  expect(await p.repeats()).toEqual([])
})
