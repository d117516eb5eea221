// A database that was set back hands ids out again which a client still has in store.
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { decodeRunId } from '../../src/model/run-id.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const clients: WorkflowClient[] = []
const pools: pg.Pool[] = []
afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()))
  await Promise.all(pools.map((pool) => pool.end()))
})

/** A client whose next `taken` ids are runs of others, with another input. */
async function setBack(taken: number) {
  const route = await kernel.route()
  const client = new WorkflowClient({ connectionString: kernel.url })
  clients.push(client)
  const start = (n: number, options = {}) =>
    client.startWorkflow({ workflowId: route.name, input: { n }, options })
  const first = numberOf(await start(0))
  for (let i = 1; i <= taken; i++)
    await kernel.start(route, { id: String(first + BigInt(i)), input: 'theirs' })
  return { route, client, start }
}
const numberOf = ({ id }: { id: string }) => decodeRunId(id)?.id as bigint
const inputs = async (name: string) => {
  const text = `select r.input from millrace.runs r join millrace.routes o on o.id = r.route_id
                join millrace.workflows w on w.id = o.workflow_id where w.name = $1`
  const rows = await kernel.query<{ input: string }>(text, [name])
  return rows.map(({ input }) => input).sort()
}

test('a start whose id is another run’s is made under a fresh one, and says so', async () => {
  const { route, client, start } = await setBack(1)
  const run = await start(1)
  expect(run).toMatchObject({ input: { n: 1 }, status: 'pending' })
  expect(await client.getRun({ runId: run.id })).toMatchObject({ id: run.id, input: { n: 1 } })
  expect(await inputs(route.name)).toEqual(['"theirs"', '{"n":0}', '{"n":1}'])
  // what is left of the old block is not used any more
  expect(numberOf(await start(2))).toBe(numberOf(run) + 1n)
})

test('also among others that are sent with it: each is made once', async () => {
  const { route, client, start } = await setBack(3)
  const runs = await Promise.all(Array.from({ length: 10 }, (_, i) => start(i + 1)))
  expect(new Set(runs.map((run) => run.id)).size).toBe(10)
  for (const run of runs) expect((await client.getRun({ runId: run.id })).input).toEqual(run.input)
  expect(await inputs(route.name)).toHaveLength(1 + 3 + 10)
})

test('and in startWorkflows, with keys and without, and in a transaction', async () => {
  const plain = await setBack(2)
  const one = { workflow: { id: plain.route.name } as never }
  const made = await plain.client.startWorkflows(
    one.workflow,
    [1, 2, 3].map((n) => ({ input: { n } })) as never,
  )
  expect(made.map((run) => run.input)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  for (const run of made)
    expect((await plain.client.getRun({ runId: run.id })).input).toEqual(run.input)

  const keyed = await setBack(1)
  const [mine] = await keyed.client.startWorkflows(
    { id: keyed.route.name } as never,
    [{ input: { n: 1 }, options: { idempotencyKey: 'k', tags: ['t'] } }] as never,
  )
  expect(await keyed.start(1, { idempotencyKey: 'k' })).toMatchObject({ id: mine?.id })

  const joined = await setBack(1)
  const tx = await kernel.connect()
  await tx.query('begin')
  const run = await joined.start(1, { tx })
  await tx.query('commit')
  expect(await joined.client.getRun({ runId: run.id })).toMatchObject({ input: { n: 1 } })
})

test('a caller’s own id stays: only the number behind it is another', async () => {
  const { client, start } = await setBack(1)
  const runId = '55555555-5555-4555-8555-555555555555'
  expect(await start(1, { runId })).toMatchObject({ id: runId, input: { n: 1 } })
  expect(await start(1, { runId })).toMatchObject({ id: runId })
  expect((await client.getRun({ runId })).input).toEqual({ n: 1 })
  await expect(start(2, { runId })).rejects.toMatchObject({
    code: 'MR010',
    runId: expect.any(String),
  })
})

test('after a lost connection what is in store is not used any more', async () => {
  const pool = new pg.Pool({ connectionString: kernel.url })
  pools.push(pool)
  let losing = false
  const query = pool.query.bind(pool) as (config: { text: string }) => Promise<unknown>
  pool.query = (async (config: { text: string }) => {
    const answer = await query(config)
    if (!losing || !config.text.includes('start_runs')) return answer
    losing = false
    throw Object.assign(new Error('the reply is lost'), { code: 'ECONNRESET' })
  }) as never
  const { name } = await kernel.route()
  const client = new WorkflowClient({ pool })
  clients.push(client)
  const start = async (n: number) =>
    numberOf(await client.startWorkflow({ workflowId: name, input: { n } }))
  const first = await start(1)
  losing = true
  expect(await start(2)).toBe(first + 1n)
  expect(await inputs(name)).toEqual(['{"n":1}', '{"n":2}'])
  expect(await start(3)).toBeGreaterThan(first + 2n)
})
