import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { WorkflowClient } from '../../src/client/workflow-client.ts'
import { defineEvent } from '../../src/definition/event.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import type { WorkflowPlugin } from '../../src/workflow/plugin.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { tinyFlow, versionOf } from '../support/documents.ts'
import { startTenants } from '../support/tenants.ts'
import { until } from '../support/until.ts'

/** A server on a port of its own. */
async function listen(handler: RequestListener) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

const LONG = { timeout: 40_000 }
/** Where graphs are loaded: their part of the library is large. */
const minute = { timeout: 60_000 }

const whose = () =>
  workflow('whose', async ({ tenant, step, input }) => {
    const first = await step.run('a', () => `${tenant} ${input}`)
    await step.sleep('nap', 30)
    return [first, await step.run('b', () => tenant)]
  })

test('runs of all tenants are run, each as its own tenant', async () => {
  const seen: string[] = []
  const plugin: WorkflowPlugin = {
    name: 'seen',
    beforeWorkflow: ({ tenant }) => void seen.push(tenant),
  }
  const mine = workflow.use(plugin)('plugged', ({ tenant }) => tenant)
  await using t = await startTenants([whose(), mine])
  const tenants = await Promise.all(['ada', 'bob', 'cyd'].map((slug) => t.tenant(slug)))
  const ref = createWorkflowRef('whose')
  const runs = await Promise.all(
    tenants.flatMap(({ client }, i) => [1, 2].map((n) => client.startWorkflow(ref, `${i}${n}`))),
  )
  const own = await t.engine.startWorkflow(ref, 'mine')
  expect(await Promise.all([...runs, own].map((run) => run.result(LONG)))).toEqual([
    ...['ada', 'bob', 'cyd'].flatMap((slug, i) => [1, 2].map((n) => [`${slug} ${i}${n}`, slug])),
    ['default mine', 'default'],
  ])
  const plugged = await tenants[1]?.client.startWorkflow({ workflowId: 'plugged', input: null })
  expect(await plugged?.result(LONG)).toBe('bob')
  expect(seen).toEqual(['bob'])
})

test('what is one tenant’s is nobody else’s: keys, resources, labels, results, controls', async () => {
  const hang = workflow('hang', async ({ step, input }) => [
    input,
    await step.waitFor('go', { eventName: 'go' }),
  ])
  await using t = await startTenants([hang])
  const [ada, bob] = [await t.tenant('ada'), await t.tenant('bob')]
  const options = {
    idempotencyKey: 'one',
    resourceId: 'r',
    tags: ['t'],
    runId: crypto.randomUUID(),
  }
  const ref = createWorkflowRef('hang')
  const first = await ada.client.startWorkflow(ref, 'of ada', options)
  const second = await bob.client.startWorkflow(ref, 'of bob', { ...options })
  const again = await bob.client.startWorkflow(ref, 'of bob', { ...options })
  // the caller's own id is the tenant's own too
  expect(second.id).toBe(first.id)
  expect(again.id).toBe(second.id)
  const third = await ada.client.startWorkflow(ref, 'made by us')
  await expect(bob.client.getRun({ runId: third.id })).rejects.toMatchObject({ code: 'MR041' })
  await expect(bob.client.cancelWorkflow({ runId: third.id })).rejects.toMatchObject({
    code: 'MR041',
  })
  await expect(
    bob.client.triggerEvent({ runId: third.id, eventName: 'go', data: 'from bob' }),
  ).rejects.toMatchObject({ code: 'MR041' })
  await expect(t.engine.getRun({ runId: third.id })).rejects.toMatchObject({ code: 'MR041' })
  for (const { client } of [ada, bob])
    await client.triggerEvent({ runId: first.id, eventName: 'go', data: client === ada.client })
  expect(await first.result(LONG)).toEqual(['of ada', true])
  expect(await second.result(LONG)).toEqual(['of bob', false])
  const list = async (client: WorkflowClient) =>
    (await client.getRuns({ resourceId: 'r' })).items.map(({ input }) => input)
  expect(await list(ada.client)).toEqual(['of ada'])
  expect(await list(bob.client)).toEqual(['of bob'])
  expect(await list(t.engine)).toEqual([])
})

test('a child is started in the tenant of its parent, events reach and start runs of their tenant only', async () => {
  const paid = defineEvent('paid')
  const child = workflow('child', ({ tenant, input }) => `${tenant} ${input}`)
  const parent = workflow('parent', async ({ step }) => {
    const mine = await step.invoke('c', child, 'c')
    await step.emitEvent('e', paid, mine as never, { key: 'k' })
    return mine
  })
  const listens = workflow('listens', ({ input, tenant }) => [tenant, input], {
    startOn: { event: paid },
  })
  await using t = await startTenants([child, parent, listens])
  const [ada, bob] = [await t.tenant('ada'), await t.tenant('bob')]
  const run = await ada.client.startWorkflow(createWorkflowRef('parent'), null)
  expect(await run.result(LONG)).toBe('ada c')
  const started = await until('the event has started a run', async () => {
    const { items } = await ada.client.getRuns({ workflowId: 'listens', statuses: ['completed'] })
    return items[0]
  })
  expect(started.output).toEqual(['ada', 'ada c'])
  expect((await bob.client.getRuns({})).items).toEqual([])
  expect((await t.engine.getRuns({})).items).toEqual([])
  expect((await run.children()).map(({ output }) => output)).toEqual(['ada c'])
})

test('limits and their keys are each tenant’s own', async () => {
  const concurrency = { limit: 1, key: 'customer' } as never
  let [now, most] = [0, 0]
  const busy = new Map<string, number>()
  const limited = workflow(
    'limited',
    async ({ step, tenant }) =>
      step.run('s', async () => {
        busy.set(tenant, (busy.get(tenant) ?? 0) + 1)
        expect(busy.get(tenant)).toBe(1)
        most = Math.max(most, ++now)
        await until('another tenant is at work, too', () => most >= 2, { timeout: 5000 }).catch(
          () => {},
        )
        now--
        busy.set(tenant, (busy.get(tenant) ?? 0) - 1)
      }),
    { concurrency },
  )
  await using t = await startTenants([limited])
  const tenants = [await t.tenant('ada'), await t.tenant('bob')]
  const input = { customer: 'same' }
  const runs = await Promise.all(
    tenants.flatMap(({ client }) =>
      [1, 2, 3].map(() => client.startWorkflow(createWorkflowRef('limited'), input)),
    ),
  )
  const ends = await Promise.all(runs.map((run) => run.result(LONG).then(() => 'done')))
  expect(ends).toEqual(runs.map(() => 'done'))
  expect(most).toBe(2)
  const rows = await t.db.query('select tenant_id, rules from millrace.limits order by tenant_id')
  expect(rows.map(({ tenant_id }) => tenant_id)).toEqual(
    [0, ...tenants.map(({ number }) => number).sort()].toSpliced(1, 0, 1),
  )
})

test(
  'two tenants have another graph under one name and version; secrets are the tenant’s',
  minute,
  async () => {
    const sent: (string | undefined)[] = []
    await using server = await listen((request, response) => {
      sent.push(request.headers['x-key'] as string | undefined)
      response.end('{}')
    })
    const { port } = server
    await using t = await startTenants(
      [],
      {},
      {
        secrets: (name, { tenant }) => `${tenant}-${name}-value`,
        http: { allow: [`127.0.0.1:${port}`] },
      },
    )
    const [ada, bob] = [await t.tenant('ada'), await t.tenant('bob')]
    const graph = (expression: string) => ({
      name: 'tell',
      version: '1',
      steps: [
        { id: 'a', type: 'transform', depends_on: ['b'], config: { expression } },
        {
          id: 'b',
          type: 'http',
          config: { url: `http://127.0.0.1:${port}/`, headers: { 'x-key': '{{ secrets.token }}' } },
        },
      ],
    })
    await ada.client.putWorkflow(graph('ada {{ trigger.data }}'))
    await bob.client.putWorkflow(graph('bob {{ trigger.data }}'))
    const start = (client: WorkflowClient) =>
      client.startWorkflow({ workflowId: 'tell', input: 'x' })
    for (const [of, { client }] of Object.entries({ ada, bob })) {
      const output = (await (await start(client)).result(LONG)) as { a: unknown }
      expect(output.a).toEqual({ result: `${of} x` })
    }
    expect(sent).toEqual(['ada-token-value', 'bob-token-value'])
    await expect(start(t.engine)).rejects.toMatchObject({ code: 'MR040' })
  },
)

test(
  'a tenant’s own graph wins over the installation’s workflow of that name',
  minute,
  async () => {
    const shared = workflow('greet', () => 'shared')
    await using t = await startTenants([shared])
    const [ada, bob] = [await t.tenant('ada'), await t.tenant('bob')]
    const start = async ({ client }: { client: WorkflowClient }) =>
      (await client.startWorkflow({ workflowId: 'greet', input: null })).result(LONG)
    expect(await start(ada)).toBe('shared')
    await ada.client.putWorkflow({
      name: 'greet',
      steps: [{ id: 'a', type: 'transform', config: { expression: '{{ 1 + 1 }}' } }],
    })
    expect(
      await until('its own is taken', async () => {
        const output = await start(ada)
        return output === 'shared' ? null : output
      }),
    ).toEqual({ a: { result: '2' } })
    expect(await start(bob)).toBe('shared')
    expect((await bob.client.getWorkflows()).map(({ id, version }) => [id, version])).toEqual([
      ['greet', '1'],
    ])
  },
)

test('a paused tenant’s runs are left lying, as are those of one that is suspended or being deleted', async () => {
  await using t = await startTenants([whose()])
  const ref = createWorkflowRef('whose')
  for (const [column, slug] of [
    ['paused_at', 'ada'],
    ['suspended_at', 'bob'],
    ['deleting_at', 'cyd'],
  ] as const) {
    const { client, number } = await t.tenant(slug)
    const before = await client.startWorkflow(ref, 'before')
    await before.result(LONG)
    await t.db.query(`update millrace.tenants set ${column} = now() where id = $1`, [number])
    const route = await t.db.value<number>('select max(id) from millrace.routes')
    const id = await t.db.value<string>('select millrace.take_ids()::text')
    await t.db.query('select * from millrace.start_runs($1, $2, $3, null, $4, null)', [
      ...[number, [id], [route], ['1']],
    ])
    const other = await t.engine.startWorkflow(ref, 'other')
    await other.result(LONG)
    const state = () => t.db.value('select state from millrace.live where run_id = $1', [id])
    expect(await state()).toBe('q')
    await t.db.query(`update millrace.tenants set ${column} = null where id = $1`, [number])
    await until('it goes on', async () => (await state()) == null)
  }
})

test('a tenant that goes while its runs are at work and asleep takes them along', async () => {
  let began = 0
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const slow = workflow('slow', ({ step }) =>
    step.run('s', async () => {
      began++
      await ended
    }),
  )
  await using t = await startTenants([slow, whose()], { lease: '2 s' })
  const { client, number } = await t.tenant('gone')
  await client.startWorkflow(createWorkflowRef('slow'), null)
  await until('it runs', () => began === 1)
  for (const table of ['live', 'checkpoints', 'runs', 'routes', 'workflows', 'tenants'])
    await t.db.query(
      `delete from millrace.${table} where ${table === 'tenants' ? 'id' : 'tenant_id'} = $1`,
      [number],
    )
  end()
  await until('it is not held any more', () => t.engine.held === 0)
  const other = await t.engine.startWorkflow(createWorkflowRef('whose'), 'x')
  expect(await other.result(LONG)).toEqual(['default x', 'default'])
})

test('schedules of the code are those of the engine’s own tenant; others put theirs', async () => {
  const daily = workflow('daily', ({ tenant }) => tenant, {
    schedule: { cron: '0 3 * * *' },
  } as never)
  await using t = await startTenants([daily])
  const { client } = await t.tenant('ada')
  expect((await t.engine.getSchedules()).map(({ id }) => id)).toEqual(['daily#1'])
  expect(await client.getSchedules()).toEqual([])
  await client.putSchedule({ id: 'mine', workflowId: 'daily', every: '100 ms' })
  const run = await until('its time has come', async () => {
    const { items } = await client.getRuns({ statuses: ['completed'] })
    return items[0]
  })
  expect(run.output).toBe('ada')
})

test('a tenant with hundreds of queued runs keeps others waiting for no more than their turn', async () => {
  const order: string[] = []
  const turn = workflow('turn', ({ tenant, step }) =>
    step.run('s', () => {
      order.push(tenant)
    }),
  )
  await using t = await startTenants()
  const starter = await t.another([turn], {}, { allTenants: true })
  await starter.stop() // it has made the workflow known
  const ref = createWorkflowRef('turn')
  const greedy = await t.tenant('greedy')
  await greedy.client.startWorkflows(
    ref,
    Array.from({ length: 500 }, () => ({ input: null })),
  )
  const others = await Promise.all(
    Array.from({ length: 9 }, async (_, i) => (await t.tenant(`t${i}`)).client),
  )
  const runs = (
    await Promise.all(
      others.map((client) =>
        client.startWorkflows(ref, [{ input: null }, { input: null }, { input: null }]),
      ),
    )
  ).flat()
  order.length = 0
  const options = { concurrency: 10, batchSize: 10, pollInterval: 50 }
  await t.another([turn], options, { allTenants: true })
  await Promise.all(runs.map((run) => run.result(LONG)))
  const last = order.findLastIndex((tenant) => tenant !== 'greedy')
  const before = order.slice(0, last + 1).filter((tenant) => tenant === 'greedy').length
  // ten tenants, ten runs in a claim: one for each, so about as many for the greedy one as for each other
  expect(before).toBeLessThan(10)
  expect(before).toBeGreaterThan(0)
})

test('who is idle hears of a run of whatever tenant at once, also of one that it has never met', async () => {
  await using t = await startTenants([whose()], { pollInterval: '60 s' })
  await until('it is idle', () => t.engine.idle)
  for (const slug of ['ada', 'bob']) {
    const { client } = await t.tenant(slug)
    for (let i = 0; i < 2; i++) {
      const run = await client.startWorkflow(createWorkflowRef('whose'), i)
      expect(await run.result({ timeout: 30_000 })).toEqual([`${slug} ${i}`, slug])
    }
  }
})

test(
  'only queues that it is told to take, and graphs of the names that it is told',
  minute,
  async () => {
    await using t = await startTenants([whose()], { queues: ['mail'] }, { graphs: ['mine'] })
    const { client } = await t.tenant('ada')
    const ref = createWorkflowRef('whose')
    const other = await client.startWorkflow(ref, 1)
    const steps = [{ id: 'a', type: 'transform', config: { expression: 'done' } }]
    for (const name of ['mine', 'other'])
      await client.putWorkflow({ name, steps }, { queue: 'mail' })
    const left = await client.startWorkflow({ workflowId: 'other', input: null })
    const taken = await client.startWorkflow({ workflowId: 'mine', input: null })
    const mail = await client.startWorkflow(ref, 2, { queue: 'mail' })
    expect(await mail.result(LONG)).toEqual(['ada 2', 'ada'])
    expect(await taken.result(LONG)).toEqual({ a: { result: 'done' } })
    for (const run of [other, left]) expect((await run.refresh()).status).toBe('pending')
  },
)

test(
  'runs of versions that the installation had are taken up by newer code; a node with a queue has its own runs',
  minute,
  async () => {
    const handlers = { first: () => 1, last: () => 'old' }
    const flowA = tinyFlow('order', ['first', 'wait', 'last'], handlers)
    const flowB = tinyFlow('order', ['wait', 'last'], { ...handlers, last: () => 'new' })
    await using t = await startTenants([flowA])
    const { client } = await t.tenant('ada')
    const run = await client.startWorkflow(createWorkflowRef('order'), null)
    await until('it waits', async () => (await run.refresh()).status === 'waiting')
    await t.engine.stop()
    const engine = await t.another(
      [flowB],
      { pollInterval: 50 },
      { allTenants: true, graphs: true },
    )
    await client.triggerEvent({ runId: run.id, eventName: 'go', data: 'now' })
    expect(await run.result(LONG)).toEqual({ first: 1, wait: 'now', last: 'new' })
    const versions = await client.getVersions({ workflowId: 'order' })
    expect(versions.map(({ version, workers }) => [version, workers])).toEqual([
      [versionOf(['first', 'wait', 'last']), 1],
    ])
    const steps = [
      { id: 'a', type: 'transform', queue: 'apart', config: { expression: '{{ trigger.data }}' } },
    ]
    await client.putWorkflow({ name: 'parts', steps })
    const graph = await client.startWorkflow({ workflowId: 'parts', input: 'x' })
    expect(await graph.result(LONG)).toEqual({ a: { result: 'x' } })
    expect((await graph.children()).map(({ queue }) => queue)).toEqual(['apart'])
    expect(engine.held).toBe(0)
  },
)

test(
  'a graph that cannot be loaded is told, and keeps nobody else; with other code it is tried again',
  minute,
  async () => {
    await using t = await startTenants()
    const [ada, bob] = [await t.tenant('ada'), await t.tenant('bob')]
    const call = { id: 'a', type: 'step', config: { step: 'absent' } }
    await ada.client.putWorkflow({ name: 'g', steps: [call] })
    const lost = await ada.client.startWorkflow({ workflowId: 'g', input: null })
    const steps = [{ id: 'a', type: 'transform', config: { expression: 'fine' } }]
    await bob.client.putWorkflow({ name: 'g', steps })
    const run = await bob.client.startWorkflow({ workflowId: 'g', input: null })
    expect(await run.result(LONG)).toEqual({ a: { result: 'fine' } })
    const told = () => t.log.filter((line) => line.includes('of tenant "ada" are left'))
    await until('it is told', () => told().length > 0)
    expect(told()).toHaveLength(1)
    expect((await lost.refresh()).status).toBe('pending')
    // another definition of the code: it is tried again
    await t.engine.registerWorkflow(whose())
    await until('it is tried again', () => told().length === 2)
  },
)

test('workers that serve all tenants are shown to each, without their host, and ended by who runs them', async () => {
  await using t = await startTenants([whose()])
  const { client } = await t.tenant('ada')
  const [worker] = await client.getWorkers()
  expect(worker).toMatchObject({ host: '(all tenants)', shared: true, id: t.engine.workerId })
  await expect(client.drainWorkers({ workerIds: [worker?.id as string] })).rejects.toMatchObject({
    code: 'MR041',
  })
  expect(await client.drainWorkers({ all: true })).toEqual([])
  expect(await client.drainWorkers({ all: true, allTenants: true })).toEqual([worker?.id])
  await until('it has ended', () => t.engine.workerId === null)
})

test('is refused for what is neither true nor false', () => {
  const options = { connectionString: 'postgres://localhost', allTenants: 'yes' as never }
  expect(() => new WorkflowEngine(options)).toThrow('allTenants is yes')
})
