import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', ({ step }) => step.waitFor('w', { eventName: 'go' }))
let other: WorkflowEngine
let client: WorkflowClient

beforeAll(async () => {
  await t.db.query(`insert into millrace.tenants (slug) values ('acme')`)
  await t.engine.registerWorkflow(echo)
  other = await t.another([echo, wait], { pollInterval: 50 }, { tenant: 'acme' })
  client = new WorkflowClient({ connectionString: t.db.url })
})
afterAll(() => client.stop())

test('the client of another tenant starts and reads its runs, and none of anybody else', async () => {
  const acme = client.forTenant('acme')
  const theirs = await acme.startWorkflow(echo, 'a')
  const ours = await client.startWorkflow(echo, 'd')
  expect(await Promise.all([theirs.result(), ours.result()])).toEqual(['a', 'd'])
  await expect(acme.getRun({ runId: ours.id })).rejects.toMatchObject({ code: 'MR041' })
  await expect(client.getRun({ runId: theirs.id })).rejects.toMatchObject({ code: 'MR041' })
  expect((await acme.getRuns()).items.map(({ id }) => id)).toEqual([theirs.id])
})

test('who waits for the run of another tenant is told nothing, though its owner waits, too', async () => {
  const acme = client.forTenant('acme')
  const run = await acme.startWorkflow(wait, undefined)
  const told: string[] = []
  const listen = (name: string, of: WorkflowClient, timeout: number) =>
    of.awaitEnd({ runId: run.id, timeout }).then((ended) => told.push(`${name} ${ended}`))
  const waits = [listen('theirs', acme, 15_000), listen('ours', client, 1500)]
  await run.signal('go', 'secret')
  await Promise.all(waits)
  expect(told).toEqual(['theirs true', 'ours false'])
})

test('it is the same one for the same tenant, and itself for its own', () => {
  expect(client.forTenant('acme')).toBe(client.forTenant('acme'))
  expect(client.forTenant('default')).toBe(client)
  expect(client.forTenant('acme').tenant).toBe('acme')
})

test('all of them share one listener', async () => {
  await t.db.query(
    `insert into millrace.tenants (slug) select 'many ' || n from generate_series(1, 5) n`,
  )
  await t.db.query(`select millrace.register_workflow(t.id, 'idle', '1', '{}')
    from millrace.tenants t where t.slug like 'many %'`)
  const held = async () =>
    (
      await t.db.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'millrace listener' and datname = current_database()`,
      )
    ).map(({ pid }) => pid)
  const before = await held()
  const one = new WorkflowClient({ connectionString: t.db.url })
  const runs = await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      one.forTenant(`many ${n}`).startWorkflow({ workflowId: 'idle', input: n }),
    ),
  )
  const results = runs.map((run) => run.result().catch((error: Error) => error.name))
  const more = async () => (await held()).filter((pid) => !before.includes(pid))
  await until('one listens', async () => (await more()).length === 1)
  await Promise.all(runs.map((run) => run.cancel()))
  expect(new Set(await Promise.all(results))).toEqual(new Set(['RunCancelledError']))
  expect(await more()).toHaveLength(1)
  await one.stop()
  await until('it is gone', async () => (await more()).length === 0)
})

test('of a tenant that there is not the first call tells', async () => {
  await expect(client.forTenant('nobody').getRuns()).rejects.toMatchObject({ code: 'MR042' })
})

test('an engine makes its workflows known before a tenant of it starts one', async () => {
  const engine = new WorkflowEngine({
    connectionString: t.db.url,
    workflows: [echo],
    migrate: 'off',
  })
  const run = await engine.forTenant('acme').startWorkflow(echo, 5)
  expect(await run.result()).toBe(5)
  await engine.stop()
})

test('stopping it stops nobody else', async () => {
  await client.forTenant('acme').stop()
  expect(await (await client.startWorkflow(echo, 3)).result()).toBe(3)
  expect(other.held).toBeGreaterThanOrEqual(0)
})

test('with ids of its own it knows the same workflows, and does the same once more under them', async () => {
  const typed = workflow('typed', ({ input }) => input, {
    inputSchema: z.object({ n: z.number() }),
  })
  await t.engine.registerWorkflow(typed)
  const taken = BigInt(await t.db.value<string>('select millrace.take_ids()::text'))
  const again = t.engine.withIds(taken)
  const wrong = again.startWorkflow({ workflowId: 'typed', input: { n: 'x' } })
  await expect(wrong).rejects.toMatchObject({ code: 'MR001' })
  const event = { eventName: 'fact', key: 'k', data: 1 }
  await t.engine.withIds(taken).emitEvent(event)
  await t.engine.withIds(taken).emitEvent(event)
  expect((await t.engine.getEvents({ eventName: 'fact' })).items).toHaveLength(1)
})
