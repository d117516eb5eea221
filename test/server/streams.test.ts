import { beforeAll, expect, test } from 'vitest'
import { workflow } from '../../src/workflow/workflow.ts'
import { startServer, useServer } from '../support/server.ts'
import { readEvents, type Sent } from '../support/sse.ts'
import { until } from '../support/until.ts'

const t = useServer()
const steps = workflow('sse steps', async ({ step, logger }) => {
  logger.info('begins')
  for (let i = 0; i < 20; i++) await step.run(`s${i}`, () => i)
  await step.waitFor('go', { eventName: 'go' })
  for (let i = 20; i < 40; i++) await step.run(`s${i}`, () => i)
  return 'done'
})
const quick = workflow('sse quick', ({ step }) => step.run('a', () => 1))
const bad = workflow('sse bad', () => Promise.reject(new TypeError('wrong')), { retries: 0 })

beforeAll(() => t.register(steps, quick, bad))

function open(path: string, sending: { as?: string; last?: string; signal?: AbortSignal } = {}) {
  const { as = 'ada', last, signal } = sending
  const headers = {
    authorization: `Bearer ${as}`,
    ...(last === undefined ? {} : { 'last-event-id': last }),
  }
  const init = { headers, ...(signal ? { signal } : {}) }
  return t.server.fetch(new Request(`http://localhost${path}`, init))
}

async function collect(response: Response): Promise<Sent[]> {
  const all: Sent[] = []
  for await (const one of readEvents(response)) all.push(one)
  return all
}

test('a run is followed by server-sent events until it has ended', async () => {
  const run = await t.engine.startWorkflow(quick)
  const response = await open(`/api/runs/${run.id}/events`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('cache-control')).toContain('no-store')
  const events = await collect(response)
  const told = events.filter(({ event }) => !['running', 'step:running'].includes(event))
  expect(told.map(({ event }) => event)).toEqual(['pending', 'step:completed', 'completed'])
  expect(told[1]?.data).toMatchObject({
    run_id: run.id,
    step_id: 'a',
    output: 1,
    type: 'step:completed',
  })
  expect(told[1]?.id).toBe(told[1]?.data.id)
  expect(
    await collect(await open(`/api/runs/${run.id}/events`, { last: told[2]?.id ?? '' })),
  ).toEqual([])
})

test('every row of the journal comes once through ten readers, with Last-Event-ID', async () => {
  const run = await t.engine.startWorkflow(steps)
  const told: Sent[] = []
  let last: string | undefined
  for (let reader = 0; reader < 10; reader++) {
    if (reader === 4) await run.signal('go')
    const response = await open(`/api/runs/${run.id}/events`, last === undefined ? {} : { last })
    let left = 4
    for await (const one of readEvents(response)) {
      told.push(one)
      last = one.id
      if (one.event === 'step:completed' && --left === 0) break
    }
  }
  told.push(...(await collect(await open(`/api/runs/${run.id}/events?after=${last}`))))
  const rows = told
    .filter(({ event }) => event === 'step:completed')
    .map(({ data }) => data.step_id)
  const all = Array.from({ length: 40 }, (_, i) => `s${i}`)
  expect(rows).toEqual([...all.slice(0, 20), 'go', ...all.slice(20)])
  expect(told.filter(({ event }) => event === 'log')).toHaveLength(1)
  expect(told.filter(({ event }) => event === 'completed')).toHaveLength(1)
})

test('failures are told without their stacks', async () => {
  const run = await t.engine.startWorkflow(bad)
  const events = await collect(await open(`/api/runs/${run.id}/events`))
  const failed = events.find(({ event }) => event === 'failed')
  expect(failed?.data.error).toMatchObject({ name: 'TypeError', message: 'wrong', step_id: null })
  expect(JSON.stringify(events)).not.toContain('stack')
})

test('another tenant, a run that is not there, nobody, and places that are none', async () => {
  const run = await t.engine.startWorkflow(quick)
  const path = `/api/runs/${run.id}/events`
  expect((await open(path, { as: 'mallory' })).status).toBe(404)
  expect((await open('/api/runs/00000000-0000-4000-8000-000000000000/events')).status).toBe(404)
  expect((await open(path, { as: 'nobody' })).status).toBe(401)
  expect((await open(`${path}?after=x`)).status).toBe(422)
  expect((await open(path, { last: "'; drop" })).status).toBe(422)
  expect((await open('/api/events/stream?after=1-p-0')).status).toBe(422)
  expect((await open(`${path}?other=1`)).status).toBe(422)
  const beyond = await collect(await open(`${path}?after=9000-r-0`))
  expect(beyond).toMatchObject([{ event: 'error', data: { code: 'MR001', status: 422 } }])
})

test('a workflow and a tenant are followed; what another tenant does is not told', async () => {
  const stop = new AbortController()
  const heard: Record<string, Sent[]> = { tenant: [], workflow: [], acme: [] }
  const follow = async (name: string, path: string, as: string) => {
    const response = await open(path, { as, signal: stop.signal })
    for await (const one of readEvents(response)) heard[name]?.push(one)
  }
  const all = Promise.allSettled([
    follow('tenant', '/api/events/stream', 'ada'),
    follow('workflow', '/api/definitions/sse%20quick/events', 'ada'),
    follow('acme', '/api/events/stream', 'mallory'),
  ])
  await until(
    'all are told',
    async () => {
      const [mine] = await Promise.all([t.engine.startWorkflow(quick), t.engine.startWorkflow(bad)])
      await t.acme.startWorkflow(quick)
      await mine.result()
      return Object.values(heard).every((list) => list.some(({ event }) => event === 'completed'))
    },
    { every: 50 },
  )
  stop.abort()
  await all
  expect(new Set(heard.workflow?.map(({ data }) => data.workflow_id))).toEqual(
    new Set(['sse quick']),
  )
  const ids = (name: string) => new Set(heard[name]?.map(({ data }) => data.run_id))
  expect([...ids('acme')].filter((id) => ids('tenant').has(id))).toEqual([])
  expect(heard.tenant?.every(({ id }) => /^\d+$/.test(id))).toBe(true)
})

test('logs are listed', async () => {
  const run = await t.engine.startWorkflow(steps)
  const path = `/api/runs/${run.id}/logs`
  await until('it is stored', async () => (await t.send('GET', path)).body.data.length > 0)
  const { body } = await t.send('GET', `${path}?level=info&limit=5`)
  expect(body).toMatchObject({
    data: [{ level: 'info', message: 'begins', step_id: null }],
    has_more: false,
  })
  expect((await t.send('GET', path, { as: 'mallory' })).status).toBe(404)
  expect((await t.send('GET', `${path}?level=loud`)).status).toBe(422)
  await run.cancel()
})

test('streams end when the server closes', async () => {
  await using own = await startServer([steps])
  const run = await own.engine.startWorkflow(steps)
  const headers = { authorization: 'Bearer ada' }
  const response = await own.server.fetch(
    new Request(`http://localhost/api/runs/${run.id}/events`, { headers }),
  )
  const events = collect(response)
  await run.waitForStatus('waiting', { timeout: 30_000 })
  await own.server.close()
  expect((await events).length).toBeGreaterThan(0)
})

/** A server with a port, a run that waits, and a reader of its events. */
async function startReading() {
  const own = await startServer([steps])
  const { url } = await own.server.listen({ port: 0 })
  const run = await own.engine.startWorkflow(steps)
  const stop = new AbortController()
  const response = await fetch(`${url}/api/runs/${run.id}/events`, {
    headers: { authorization: 'Bearer ada' },
    signal: stop.signal,
  })
  const events: string[] = []
  const reading = (async () => {
    for await (const { event } of readEvents(response)) events.push(event)
  })()
  await until('it waits', () => events.includes('waiting'))
  return { own, stop, reading }
}

test('over a socket: a reader that goes is not followed for any more', async () => {
  const { own, stop, reading } = await startReading()
  const followed = async () => (await own.db.query('select from millrace.follows')).length
  await until('it is followed', async () => (await followed()) === 1)
  stop.abort()
  await reading.catch(() => {})
  await until('it is not', async () => (await followed()) === 0)
  // its client has opened another connection meanwhile, and says nothing on it
  await own.server.close({ timeout: 50 })
  await own[Symbol.asyncDispose]()
})

test('over a socket: a server that closes ends its streams, and waits for none of their connections', async () => {
  const { own, reading } = await startReading()
  const since = performance.now()
  await own.server.close()
  await reading
  expect(performance.now() - since).toBeLessThan(5000)
  await own[Symbol.asyncDispose]()
})
