import { beforeAll, expect, test } from 'vitest'
import { HttpWorkflowClient } from '../../../src/client/http/index.ts'
import {
  PermissionError,
  RunFailedError,
  WorkflowRunNotFoundError,
} from '../../../src/model/errors.ts'
import type { RunEvent } from '../../../src/model/run-event.ts'
import { createServer, type Server } from '../../../src/server/create-server.ts'
import { workflow } from '../../../src/workflow/workflow.ts'
import { collect } from '../../support/engine.ts'
import { authenticateByName, useServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const t = useServer()
/** So many steps, each after a message of its own. */
const STEPS = 12
const slow = workflow('live slow', async ({ step, logger }) => {
  for (let i = 0; i < STEPS; i++) {
    await step.waitFor(`w${i}`, { eventName: `go${i}` })
    await step.run(`s${i}`, () => i)
    logger.info(`did ${i}`)
  }
  return 'done'
})
const quick = workflow('live quick', ({ step }) => step.run('a', () => 1))
const tokens = workflow('live tokens', async ({ step }) => {
  await step.waitFor('go', { eventName: 'go' })
  return step.stream('answer', async function* () {
    for (const word of ['to', 'be', 'or', 'not']) yield word
  })
})
const bad = workflow(
  'live bad',
  ({ step }) => step.run('a', () => Promise.reject(new Error('no'))),
  {
    retries: 0,
  },
)

beforeAll(() => t.register(slow, quick, tokens, bad))

type Fetch = (url: string, init: RequestInit) => Promise<Response>

function clientOf(fetch: Fetch = direct, token: string | (() => string) = 'ada') {
  return new HttpWorkflowClient({
    ...{ baseUrl: 'http://localhost', token, fetch: fetch as typeof globalThis.fetch },
    logger: collect([]),
  })
}

const direct: Fetch = (url, init) => t.server.fetch(new Request(url, init))

/** Cuts each stream of events after so many bytes, wherever that is. */
function cutting(bytes: number): { fetch: Fetch; opened(): number } {
  let opened = 0
  const fetch: Fetch = async (url, init) => {
    const answer = await direct(url, init)
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer
    opened++
    let left = bytes
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        controller.enqueue(part.slice(0, left))
        left -= part.length
        if (left <= 0) controller.error(new TypeError('terminated'))
      },
    })
    return new Response(answer.body?.pipeThrough(cut), answer)
  }
  return { fetch, opened: () => opened }
}

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const list: RunEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

test('a run is followed until it has ended, and says what the client of the database says', async () => {
  const client = clientOf()
  const run = await client.startWorkflow(quick)
  const seen: string[] = []
  const off = run.on('step:completed', ({ stepId, output }) => seen.push(`${stepId} ${output}`))
  const events = await all(run.events())
  expect(await run.step('a').waitForStatus('completed')).toMatchObject({ output: 1 })
  expect(run.hasStep('a')).toBe(true)
  expect(seen).toEqual(['a 1'])
  off()
  // who listens late is told it all the same
  const late: string[] = []
  run.on('step:completed', ({ stepId }) => late.push(String(stepId)))
  await until('it is told', () => late.length > 0)
  const own = await all((await t.engine.getRun({ runId: run.id })).events())
  // what is only live, and ids, which hold the status that was told last, depend on when one looked
  const recorded = (list: RunEvent[]) =>
    list.filter(({ type }) => !/running$/.test(type)).map(({ id: _, ...event }) => event)
  expect(recorded(events)).toEqual(recorded(own))
  expect(await all(run.events({ after: events.at(-1)?.id }))).toEqual([])
})

test('a stream that is cut anywhere goes on, and shows each row once', async () => {
  const { fetch, opened } = cutting(700)
  const run = await clientOf(fetch).startWorkflow(slow)
  for (let i = 0; i < STEPS; i++)
    await t.engine.triggerEvent({ runId: run.id, eventName: `go${i}` })
  const events = await all(run.events())
  const rows = events.filter(({ type }) => type === 'step:completed').map(({ stepId }) => stepId)
  expect(rows).toEqual(Array.from({ length: STEPS }, (_, i) => [`w${i}`, `s${i}`]).flat())
  expect(events.filter(({ type }) => type === 'log')).toHaveLength(STEPS)
  expect(
    events.at(-1)?.type === 'completed' || events.some(({ type }) => type === 'completed'),
  ).toBe(true)
  expect(opened()).toBeGreaterThan(5)
}, 60_000)

test('chunks come once each, live, late, and through connections that are cut', async () => {
  const words = async (client: HttpWorkflowClient, runId: string) => {
    const run = await client.getRun({ runId })
    const list: unknown[] = []
    for await (const word of run.stream('answer')) list.push(word)
    return list
  }
  const run = await t.engine.startWorkflow(tokens)
  const live = [words(clientOf(), run.id), words(clientOf(cutting(600).fetch), run.id)]
  await run.waitForStatus('waiting')
  await run.signal('go')
  expect(await Promise.all(live)).toEqual([
    ['to', 'be', 'or', 'not'],
    ['to', 'be', 'or', 'not'],
  ])
  expect(await words(clientOf(), run.id)).toEqual(['to', 'be', 'or', 'not'])
  const failed = await t.engine.startWorkflow(bad)
  await expect(words(clientOf(), failed.id)).rejects.toThrow(RunFailedError)
}, 60_000)

test('what cannot be followed is said at once; a signal ends it quietly, a closed client does not', async () => {
  const client = clientOf()
  const run = await client.startWorkflow(slow)
  const other = await clientOf().startWorkflow(quick)
  await expect(all(run.events({ after: 'x' }))).rejects.toMatchObject({ code: 'MR001' })
  await expect(all(run.events({ after: '9000-r-0' }))).rejects.toMatchObject({ code: 'MR001' })
  const gone = { ...other, id: crypto.randomUUID() }
  const missing = await clientOf()
    .getRun({ runId: gone.id })
    .catch((error: unknown) => error)
  expect(missing).toBeInstanceOf(WorkflowRunNotFoundError)
  const stop = new AbortController()
  const followed = all(run.events({ signal: stop.signal }))
  stop.abort()
  expect(await followed).toBeInstanceOf(Array)
  const nobody = clientOf(direct, 'nobody')
  const feed = nobody.followRuns()[Symbol.asyncIterator]()
  await expect(feed.next()).rejects.toThrow(PermissionError)
  const closed = all(run.events())
  client.close()
  await expect(closed).rejects.toThrow('closed')
})

test('who goes before an answer comes leaves no stream open: a tenant has so many', async () => {
  const client = clientOf()
  const run = await client.startWorkflow(slow)
  for (let i = 0; i < 120; i++) {
    const stop = new AbortController()
    const followed = all(run.events({ signal: stop.signal }))
    if (i % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await followed
  }
  const first = run.events()[Symbol.asyncIterator]()
  expect((await first.next()).value).toMatchObject({ type: 'pending' })
  await first.return?.(undefined)
})

test('a token that is over within a stream is asked for anew; one that stays refused is an error', async () => {
  const id = crypto.randomUUID()
  const at = '2026-01-01T00:00:00.000Z'
  const sent = (place: string, type: string) =>
    `id: ${place}\nevent: ${type}\ndata: ${JSON.stringify({ id: place, type, run_id: id, at })}\n\n`
  const over = 'event: error\ndata: {"code":"MR042","status":401}\n\n'
  const answers = [sent('0-p-0', 'pending') + over, sent('1-c-0', 'completed')]
  const asked: (string | null)[][] = []
  const fetch: Fetch = async (url, init) => {
    const { headers } = new Request(url, init)
    asked.push([headers.get('authorization'), headers.get('last-event-id')])
    return new Response(answers.shift() ?? over)
  }
  let tokens = 0
  const client = clientOf(fetch, () => `t${++tokens}`)
  const { run } = await pretend(id, client)
  expect((await all(run.events())).map(({ type }) => type)).toEqual(['pending', 'completed'])
  expect(asked).toEqual([
    ['Bearer t2', null],
    ['Bearer t3', '0-p-0'],
  ])
  await expect(all(run.events())).rejects.toThrow(PermissionError)
  expect(asked).toHaveLength(4)

  /** A run that only its stream is asked of. */
  async function pretend(runId: string, of: HttpWorkflowClient) {
    const real = await clientOf().startWorkflow(quick)
    const body = await (
      await direct(`http://localhost/api/runs/${real.id}`, {
        headers: { authorization: 'Bearer ada' },
      })
    ).json()
    answers.unshift(JSON.stringify({ ...(body as object), id: runId }))
    const made = await of.getRun({ runId })
    asked.length = 0
    return { run: made }
  }
})

test('all runs of a workflow are followed', async () => {
  const client = clientOf()
  const stop = new AbortController()
  const heard: string[] = []
  const following = (async () => {
    for await (const event of client.followRuns({ workflowId: 'live quick', signal: stop.signal }))
      heard.push(`${event.workflowId} ${event.runId} ${event.type}`)
  })()
  // it follows from when it is connected on
  await until('it follows', async () => {
    await (await client.startWorkflow(quick)).result()
    return heard.length > 0
  })
  const run = await client.startWorkflow(quick)
  await until('it has heard', () => heard.includes(`live quick ${run.id} completed`))
  stop.abort()
  await following
})

test('through ten restarts of the server every row of the journal is told once', async () => {
  let server: Server | undefined
  let port = 0
  const restart = async () => {
    await server?.close({ timeout: 200 })
    server = createServer(t.engine, { authenticate: authenticateByName, logger: collect([]) })
    const { url } = await server.listen({ port })
    port = Number(new URL(url).port)
  }
  await restart()
  let asked = 0
  const token = () => {
    asked++
    return 'ada'
  }
  const client = new HttpWorkflowClient({ baseUrl: `http://127.0.0.1:${port}`, token })
  const run = await client.startWorkflow(slow)
  const result = run.result()
  const told: RunEvent[] = []
  const followed = (async () => {
    for await (const event of run.events()) told.push(event)
  })()
  const rows = () => told.filter(({ type }) => type === 'step:completed')
  for (let i = 0; i < STEPS; i++) {
    // some happens while nobody is connected
    if (i < 10 && i % 2 === 1) await t.engine.triggerEvent({ runId: run.id, eventName: `go${i}` })
    if (i < 10) await restart()
    if (i >= 10 || i % 2 === 0) await t.engine.triggerEvent({ runId: run.id, eventName: `go${i}` })
    await until(`step ${i} was told`, () => rows().length >= 2 * i + 2, { timeout: 30_000 })
  }
  await followed
  expect(rows().map(({ stepId }) => stepId)).toEqual(
    Array.from({ length: STEPS }, (_, i) => [`w${i}`, `s${i}`]).flat(),
  )
  expect(told.filter(({ type }) => type === 'completed')).toHaveLength(1)
  expect(await result).toBe('done')
  expect(asked).toBeGreaterThan(10)
  client.close()
  await server?.close({ timeout: 200 })
}, 120_000)
