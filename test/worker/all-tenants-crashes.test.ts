import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { killTheBusy, type Processes, startProcesses } from './processes.ts'
import { sleepThroughLease } from './zombie.ts'

const steps = createWorkflowRef('steps')
const LONG = { timeout: 60_000 }
const minute = { timeout: 90_000 }

/** Worker processes, and tenants of the database with a client each. */
async function open(slugs: readonly string[]) {
  const p = await startProcesses()
  const tenants: { client: WorkflowClient; number: number }[] = []
  for (const slug of slugs) {
    const text = 'insert into millrace.tenants (slug) values ($1) returning id'
    const number = await p.db.value<number>(text, [slug])
    tenants.push({ client: new WorkflowClient({ pool: p.db.pool, tenant: slug }), number })
  }
  return {
    p,
    tenants,
    spawn: (options: object = {}) => p.spawn({ allTenants: true, graphs: true, ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all(tenants.map(({ client }) => client.stop()))
      await p[Symbol.asyncDispose]()
    },
  }
}
const deathsOf = (p: Processes) =>
  p.db.value<number>("select count(*)::int from millrace.checkpoints where kind = 'd'")

test(
  'two workers for all tenants beside one of one tenant: those that are killed lose nothing of anybody',
  minute,
  async () => {
    await using t = await open(['ada', 'bob', 'cyd'])
    const { p, tenants } = t
    const workers = [await p.spawn(), await t.spawn(), await t.spawn()]
    const clients = [p.client, ...tenants.map(({ client }) => client)]
    const inputs = Array.from({ length: 8 }, () => ({ input: { count: 5, ms: 150 } }))
    const runs = (
      await Promise.all(clients.map((client) => client.startWorkflows(steps, inputs)))
    ).flat()
    const done = async (share: number) => (await p.effects()).length > share * runs.length * 5
    await until('a quarter is done', () => done(0.25), LONG)
    await killTheBusy(p, workers)
    workers.push(await t.spawn())
    await until('two thirds are done', () => done(0.6), LONG)
    await killTheBusy(p, workers)
    workers.push(await t.spawn())
    const results = await Promise.all(runs.map((run) => run.result(LONG)))
    expect(results).toEqual(runs.map(() => 10))
    expect(await p.repeats()).toEqual([])
    expect(await deathsOf(p)).toBeGreaterThan(0)
    // whose row is whose: nothing was written as another tenant
    const mixed = `select count(*)::int from millrace.checkpoints c join millrace.runs r on r.id = c.run_id
    join millrace.routes o on o.id = r.route_id where c.tenant_id <> r.tenant_id or o.tenant_id <> r.tenant_id`
    expect(await p.db.value<number>(mixed)).toBe(0)
  },
)

test(
  'a worker for all tenants that slept through its lease changes nothing when it wakes',
  minute,
  async () => {
    await using t = await open(['ada'])
    const { p, tenants } = t
    await sleepThroughLease(p, tenants[0]?.client as WorkflowClient, t.spawn)
  },
)

test('one that is told to end hands back what it has, without blame', minute, async () => {
  await using t = await open(['ada', 'bob'])
  const { p, tenants } = t
  // nobody's lease shall be over for a moment in which the machine is busy
  const first = await t.spawn({ lease: '20 s' })
  const inputs = Array.from({ length: 4 }, () => ({ input: { count: 120, ms: 50 } }))
  const runs = (
    await Promise.all(tenants.map(({ client }) => client.startWorkflows(steps, inputs)))
  ).flat()
  await until('they run', async () => (await p.effects()).length > 10, LONG)
  const second = await t.spawn({ lease: '20 s' })
  first.kill('SIGTERM')
  expect(await Promise.all(runs.map((run) => run.result(LONG)))).toEqual(runs.map(() => 7140))
  expect(await deathsOf(p)).toBe(0)
  expect(await p.repeats()).toEqual([])
  expect(new Set((await p.effects()).map(({ pid }) => pid))).toEqual(
    new Set([first.pid, second.pid]),
  )
})

test(
  'a tenant that is suspended while its worker dies: its runs wait, those of others go on',
  minute,
  async () => {
    await using t = await open(['ada', 'bob'])
    const { p, tenants } = t
    const [ada, bob] = tenants as [(typeof tenants)[number], (typeof tenants)[number]]
    const first = await t.spawn()
    const input = { count: 10, ms: 60 }
    const [mine, theirs] = [
      await ada.client.startWorkflow(steps, input),
      await bob.client.startWorkflow(steps, input),
    ]
    await until(
      'both run',
      async () => new Set((await p.effects()).map(({ run }) => run)).size === 2,
    )
    await p.db.query('update millrace.tenants set suspended_at = now() where id = $1', [ada.number])
    first.kill('SIGKILL')
    await t.spawn()
    expect(await theirs.result(LONG)).toBe(45)
    const state = await p.db.query('select state, tenant_id from millrace.live')
    expect(state).toEqual([{ state: 'q', tenant_id: ada.number }])
    await p.db.query('update millrace.tenants set suspended_at = null where id = $1', [ada.number])
    expect(await mine.result(LONG)).toBe(45)
    expect(await p.repeats()).toEqual([])
  },
)

test(
  'a tenant that is deleted while its runs are at work: nothing is left, and its worker works on',
  minute,
  async () => {
    await using t = await open(['ada', 'bob'])
    const { p, tenants } = t
    const [ada, bob] = tenants as [(typeof tenants)[number], (typeof tenants)[number]]
    const worker = await t.spawn()
    const inputs = Array.from({ length: 5 }, () => ({ input: { count: 10, ms: 60 } }))
    await ada.client.startWorkflows(steps, inputs)
    const theirs = await bob.client.startWorkflows(steps, inputs)
    await until('they run', async () => (await p.effects()).length > 10, LONG)
    await p.db.query('update millrace.tenants set deleting_at = now() where id = $1', [ada.number])
    for (const table of [
      'live',
      'outcomes',
      'checkpoints',
      'runs',
      'routes',
      'workflows',
      'tenants',
    ])
      await p.db.query(
        `delete from millrace.${table} where ${table === 'tenants' ? 'id' : 'tenant_id'} = $1`,
        [ada.number],
      )
    expect(await Promise.all(theirs.map((run) => run.result(LONG)))).toEqual(theirs.map(() => 45))
    const left = await p.db.query('select from millrace.checkpoints where tenant_id = $1', [
      ada.number,
    ])
    expect(left).toEqual([])
    expect(worker.exitCode).toBeNull()
    expect(await p.db.value<number>('select count(*)::int from millrace.live')).toBe(0)
  },
)
