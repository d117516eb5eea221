import { expect, test } from 'vitest'
import { createKernel, type Kernel, openKernel, uuid } from '../support/kernel.ts'
import { until } from '../support/until.ts'
import { webhookTools } from '../support/webhooks.ts'

const kernel = await openKernel()
const OUT = { url: 'https://hooks.example.com/x' }

/**
 * What a worker does, until so many events were told: the end of the feed is where no transaction of the whole server
 * is open any more. And once more: there must not be others.
 */
async function spread(own: Kernel, count: number): Promise<void> {
  await until(`${count} were told`, async () => {
    while (await own.call<boolean>('spread_feed', 1));
    return (await told(own)).length >= count
  })
  await own.call('spread_feed', 1)
  expect(await told(own)).toHaveLength(count)
}

type Told = { event: string; data: Record<string, unknown>; webhook: string }

async function told(own: Kernel): Promise<Told[]> {
  const rows = await own.query<{ event: string; body: string; name: string }>(
    `select d.event, d.body, w.name from millrace.webhook_deliveries d join millrace.webhooks w on w.id = d.webhook_id order by d.id`,
  )
  return rows.map(({ event, body, name }) => ({
    event,
    webhook: name,
    data: JSON.parse(body).data,
  }))
}

async function open(events: string[] = ['*']): Promise<Kernel> {
  const own = await createKernel()
  await webhookTools(own).put('all', { ...OUT, events })
  return own
}

test('without a feed, or without a webhook that goes out, there is nothing to spread', async () => {
  expect(await kernel.call('spread_feed', 1)).toBe(false)
  expect(await kernel.query('select from millrace.webhook_deliveries')).toEqual([])
})

test('what happens to a run is told, each once: started, paused, resumed, completed', async () => {
  await using own = await open()
  const route = await own.route()
  const run = await own.start(route)
  await spread(own, 1)
  await own.call('pause_workflow', uuid(run), { reason: 'wait', by: 'ada' })
  await own.call('resume_workflow', uuid(run), { by: 'ada' })
  const { worker, task } = await own.lease(route)
  await worker.complete(task, { total: 7 })
  await spread(own, 4)
  const all = await told(own)
  expect(all.map(({ event }) => event)).toEqual([
    ...['run.started', 'run.paused', 'run.resumed', 'run.completed'],
  ])
  for (const { data } of all)
    expect(data).toMatchObject({ run_id: uuid(run), workflow_id: route.name, version: '1' })
  expect(all[1]?.data).toMatchObject({ pause: { reason: 'wait', by: 'ada' } })
  expect(all[3]?.data).toMatchObject({ output: { total: 7 } })
})

test('a failure without its stack, a cancelled run, and only what was asked for', async () => {
  await using own = await open(['run.failed', 'run.cancelled'])
  const route = await own.route()
  const failing = await own.start(route)
  const { worker, task } = await own.lease(route)
  await worker.fail(task, { name: 'Error', message: 'no', stack: 'at secret.ts' })
  const cancelled = await own.start(route)
  await own.call('cancel_workflow', uuid(cancelled))
  await spread(own, 2)
  const all = await told(own)
  expect(all.map(({ event, data }) => [event, data.run_id])).toEqual([
    ['run.failed', uuid(failing)],
    ['run.cancelled', uuid(cancelled)],
  ])
  expect(all[0]?.data.failure).toEqual({ name: 'Error', message: 'no' })
})

test('a question to people is told once, however often the run is looked at', async () => {
  await using own = await open(['approval.asked'])
  const route = await own.route()
  const run = await own.start(route)
  const { worker, task } = await own.lease(route)
  const ask = { run, step: 'ok?', question: 'Refund?', assignees: ['ada'], roles: [] }
  await worker.wait(task, { key: 'ok?', name: '$approval:ok?', ms: null })
  await own.call('ask_people', 1, null, JSON.stringify([ask]), new Date())
  await spread(own, 1)
  await own.call('pause_workflow', uuid(run))
  await own.call('resume_workflow', uuid(run))
  await spread(own, 1)
  expect(await told(own)).toMatchObject([
    {
      event: 'approval.asked',
      data: { question: 'Refund?', assignees: ['ada'], approval_id: `${uuid(run)}/ok?` },
    },
  ])
})

test('two workers that spread at once tell nothing twice; one that dies in between tells it later', async () => {
  await using own = await open(['run.completed'])
  const route = await own.route()
  for (let i = 0; i < 40; i++) await own.start(route)
  const worker = await own.worker()
  await until('all are claimed', async () => {
    for (const task of await worker.claim(route)) await worker.complete(task, i++)
    return i === 40
  })
  const client = await own.connect()
  await client.query('begin')
  await client.query('select millrace.spread_feed(1)')
  client.on('error', () => {})
  const { processID } = client as unknown as { processID: number }
  await own.query('select pg_terminate_backend($1)', [processID])
  await Promise.all([1, 2, 3, 4].map(() => spread(own, 40)))
  const runs = (await told(own)).map(({ data }) => data.run_id)
  expect(runs).toHaveLength(40)
  expect(new Set(runs).size).toBe(40)
})
let i = 0

test('nothing of another tenant, nothing from before the webhook was put', async () => {
  await using own = await createKernel()
  const route = await own.route()
  await own.start(route)
  await webhookTools(own).put('late', { ...OUT, events: ['*'] })
  await spread(own, 0)
  const tenant = await own.makeTenant('acme')
  const foreign = await own.route({ tenant })
  await own.start(foreign)
  await own.start(route)
  await spread(own, 1)
})

test('the feed is written while a webhook goes out, and no longer', async () => {
  await using own = await open()
  const readers = () => own.query('select from millrace.feed_readers')
  expect(await readers()).toHaveLength(1)
  const { put, work } = webhookTools(own)
  const pass = async () => {
    for (const tenant of new Set((await work()).tenants)) await own.call('spread_feed', tenant)
  }
  await put('all', { ...OUT, events: ['*'], active: false })
  await pass()
  expect(await readers()).toEqual([])
  await put('all', { ...OUT, events: ['*'], active: true })
  expect(await readers()).toHaveLength(1)
  await own.call('delete_webhook', 'all')
  await pass()
  expect(await readers()).toEqual([])
})
