import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type HttpClientOptions, HttpWorkflowClient } from '../../../src/client/http/index.ts'
import type { WorkflowClient } from '../../../src/client/workflow-client.ts'
import { defineEvent } from '../../../src/definition/event.ts'
import { defineSignal } from '../../../src/definition/signal.ts'
import {
  DefinitionError,
  IdempotencyConflictError,
  IllegalMoveError,
  InvalidInputError,
  PayloadError,
  PermissionError,
  RunCancelledError,
  RunFailedError,
  TimeoutError,
  UnavailableError,
  WorkflowNotFoundError,
  WorkflowRunNotFoundError,
} from '../../../src/model/errors.ts'
import { workflow } from '../../../src/workflow/workflow.ts'
import { useServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const t = useServer()
const go = defineSignal('go', z.object({ n: z.number() }))
const paid = defineEvent('http paid', z.object({ amount: z.number() }))
const order = workflow(
  'http order',
  async ({ step, input }) => {
    const price = await step.run('price', () => input.count * 10)
    await step.set('price', price)
    return { price }
  },
  { inputSchema: z.object({ count: z.number() }) },
)
const waits = workflow('http waits', async ({ step }) => (await step.waitFor('go', go)).n)
const broken = workflow('http broken', () => Promise.reject(new TypeError('wrong')), { retries: 0 })
const asks = workflow('http asks', ({ step }) => step.approval('ask', { question: 'May I?' }))
const hears = workflow('http hears', async ({ step }) => step.waitFor('paid', paid.for('7')))

/** A client over the server's `fetch`. */
function clientOf(as = 'ada', more: Partial<HttpClientOptions> = {}): HttpWorkflowClient {
  const fetch = (url: string | URL | Request, init?: RequestInit) =>
    t.server.fetch(new Request(url, init))
  return new HttpWorkflowClient({
    ...{ baseUrl: 'http://localhost', token: as, fetch: fetch as typeof globalThis.fetch },
    ...more,
  })
}

/** The methods that both clients have are the same. */
type Shared = Exclude<keyof HttpWorkflowClient & keyof WorkflowClient, 'bulk' | 'getVersions'>
const asClient = (client: HttpWorkflowClient): Pick<WorkflowClient, Shared> => client

let client: HttpWorkflowClient
beforeAll(async () => {
  await t.register(order, waits, broken, asks, hears)
  client = clientOf()
  expect(asClient(client)).toBe(client)
})

describe('runs', () => {
  test('are started by definition and by name, once for a key, and give their results', async () => {
    const run = await client.startWorkflow(
      order,
      { count: 3 },
      { idempotencyKey: 'o-3', tags: ['a'] },
    )
    expect(await run.result({ timeout: '20 s' })).toEqual({ price: 30 })
    const again = await client.startWorkflow({
      ...{ workflowId: 'http order', input: { count: 3 }, idempotencyKey: 'o-3' },
    })
    expect([again.id, again.existing, run.existing]).toEqual([run.id, true, false])
    expect(again).toMatchObject({ status: 'completed', tags: ['a'], state: { price: 30 } })
    expect(again.createdAt).toBeInstanceOf(Date)
    const other = client.startWorkflow(order, { count: 4 }, { idempotencyKey: 'o-3' })
    await expect(other).rejects.toThrow(IdempotencyConflictError)
    const read = await t.engine.getRun({ runId: run.id })
    expect(JSON.parse(JSON.stringify(await run.refresh()))).toEqual(
      JSON.parse(JSON.stringify(read)),
    )
  })

  test('are started many at once, listed in pages, and counted by their filter', async () => {
    const tag = 'http many'
    const inputs = [1, 2, 3].map((count) => ({ input: { count }, options: { tags: [tag] } }))
    const runs = await client.startWorkflows(order, inputs)
    expect(await Promise.all(runs.map((run) => run.result()))).toEqual([
      ...[{ price: 10 }, { price: 20 }, { price: 30 }],
    ])
    const first = await client.getRuns({ tags: [tag], statuses: ['completed'], limit: 2 })
    const next = await client.getRuns({ tags: [tag], limit: 2, startingAfter: first.nextCursor })
    const ids = [...first.items, ...next.items].map(({ id }) => id)
    expect(ids).toEqual(runs.map(({ id }) => id).reverse())
    expect([first.hasMore, next.hasMore]).toEqual([true, false])
    await expect(client.getRuns({ tag: 'x' } as never)).rejects.toThrow(InvalidInputError)
  })

  test('are signalled, paused, resumed, forwarded and cancelled', async () => {
    const run = await client.startWorkflow(waits)
    await run.waitForStatus('waiting', { timeout: '20 s' })
    expect((await run.pause()).status).toBe('paused')
    expect((await run.resume()).status).not.toBe('paused')
    await run.waitForStatus('waiting', { timeout: '20 s' })
    await run.signal(go, { n: 5 })
    expect(await run.result({ timeout: '20 s' })).toBe(5)
    await expect(run.cancel()).rejects.toThrow(IllegalMoveError)
    await expect(run.waitForStatus('failed')).rejects.toThrow(IllegalMoveError)

    const other = await client.startWorkflow(waits)
    await other.waitForStatus('waiting', { timeout: '20 s' })
    await other.fastForward({ n: 7 })
    expect(await other.result({ timeout: '20 s' })).toBe(7)

    const third = await client.startWorkflow(waits)
    await third.cancel('not wanted')
    await expect(third.result({ timeout: '20 s' })).rejects.toThrow(RunCancelledError)
    await expect(client.triggerEvent(go, { n: 'x' } as never, { runId: third.id })).rejects.toThrow(
      InvalidInputError,
    )
  })

  test('that fail say why, are retried and forked, and have a timeline', async () => {
    const run = await client.startWorkflow(broken)
    const failed = await run.result({ timeout: '20 s' }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(RunFailedError)
    expect((failed as RunFailedError).failure).toMatchObject({
      ...{ name: 'TypeError', message: 'wrong', stack: null, stepId: null },
    })
    const groups = await client.getFailures({ workflowId: 'http broken' })
    expect(groups.items[0]).toMatchObject({ message: 'wrong' })
    expect(groups.items[0]?.lastAt).toBeInstanceOf(Date)
    expect((await run.retry()).retriedFrom).toBe(run.id)

    const done = await client.startWorkflow(order, { count: 1 })
    await done.result({ timeout: '20 s' })
    const fork = await done.fork({ fromStep: 'price', output: 77 })
    expect(await fork.result({ timeout: '20 s' })).toEqual({ price: 77 })
    const timeline = await done.timeline()
    expect(timeline).toEqual(await (await t.engine.getRun({ runId: done.id })).timeline())
    const progress = await client.checkProgress({ runId: done.id })
    expect(progress).toMatchObject({ completionPercentage: 100, id: done.id })
    expect(await done.children()).toEqual([])
  })

  test('that go on are waited for so long', async () => {
    const run = await client.startWorkflow(waits)
    await run.waitForStatus('waiting', { timeout: '20 s' })
    const late = await run.result({ timeout: 50 }).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(TimeoutError)
    expect((late as Error).message).toContain('it is waiting')
    await expect(run.waitForStatus('completed', { timeoutMs: 50 })).rejects.toThrow(TimeoutError)
    const stop = new AbortController()
    const left = run.result({ signal: stop.signal })
    stop.abort(new Error('I go'))
    await expect(left).rejects.toThrow('I go')
    await run.terminate()
  })

  test('of others are not there; who may not, is told so', async () => {
    const run = await client.startWorkflow(waits)
    await expect(clientOf('mallory').getRun({ runId: run.id })).rejects.toThrow(
      WorkflowRunNotFoundError,
    )
    await expect(clientOf('victor').cancelWorkflow({ runId: run.id })).rejects.toThrow(
      PermissionError,
    )
    await expect(clientOf('nobody').getRun({ runId: run.id })).rejects.toThrow(PermissionError)
    await expect(client.getRun({ runId: run.id, resourceId: 'other' })).rejects.toThrow(
      WorkflowRunNotFoundError,
    )
    await run.terminate()
  })
})

describe('what is refused', () => {
  test('before it is sent', async () => {
    const refused = async (call: () => Promise<unknown>, code: string) =>
      expect(
        await call().then(
          () => 'none',
          (error) => error.code,
        ),
      ).toBe(code)
    const tx = { query: async () => ({ rows: [] }) } as never
    await refused(() => client.startWorkflow(order, { count: 1 }, { tx }), 'MR003')
    await refused(() => client.getRun({ runId: crypto.randomUUID(), tx }), 'MR003')
    await refused(() => client.startWorkflow(order, { count: 'x' } as never), 'MR001')
    await refused(
      () => client.startWorkflow(order, { count: 1 }, { queues: 'x' } as never),
      'MR001',
    )
    await refused(() => client.getRun({ runId: 'x' }), 'MR001')
    await refused(() => client.getDefinition({ workflowId: '..' }), 'MR001')
    for (const value of [1n, () => 1, new Map(), Number.NaN, Promise.resolve(), new Error('x')])
      await expect(
        client.startWorkflow({ workflowId: 'http waits', input: { value } }),
      ).rejects.toThrow(PayloadError)
    for (const baseUrl of ['x', 'ftp://x', 'http://x?y', ''])
      expect(() => new HttpWorkflowClient({ baseUrl })).toThrow(InvalidInputError)
  })

  test('by the server, under the class of its code, with its issues', async () => {
    await expect(client.startWorkflow({ workflowId: 'nothing', input: 1 })).rejects.toThrow(
      WorkflowNotFoundError,
    )
    const bad = { name: 'http bad', steps: [{ id: 'a', type: 'nonsense' }] } as never
    const error = await client.putWorkflow(bad).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(DefinitionError)
    expect((error as DefinitionError).issues?.length).toBeGreaterThan(0)
    const options = { priority: 5000 }
    const issues = await client.startWorkflow(waits, undefined, options).catch((e) => e.issues)
    expect(issues[0].path).toEqual(['priority'])
  })
})

describe('the other operations', () => {
  test('events and approvals', async () => {
    const run = await client.startWorkflow(hears)
    await run.waitForStatus('waiting', { timeout: '20 s' })
    const sent = await client.emitEvent(paid, { amount: 9 }, { key: '7', dedupeId: 'p-1' })
    expect(sent).toEqual({ matched: 1, started: [] })
    expect(await run.result({ timeout: '20 s' })).toEqual({ amount: 9 })
    const kept = await client.getEvents({ eventName: 'http paid' })
    expect(kept.items[0]).toMatchObject({ key: '7', data: { amount: 9 }, dedupeId: 'p-1' })
    expect(kept.items[0]?.keepUntil).toBeInstanceOf(Date)

    const asking = await client.startWorkflow(asks)
    const open = () => client.getApprovals({ runId: asking.id })
    await until('it has asked', async () => (await open()).items.length === 1)
    const [question] = (await open()).items
    await client.answerApproval({ approvalId: question?.id as string, approved: true })
    expect(await asking.result({ timeout: '20 s' })).toMatchObject({ approved: true, by: 'ada' })
  })

  test('many at once, and taking out of the history', async () => {
    const tags = ['http bulk']
    const runs = await client.startWorkflows(waits, [
      { input: undefined, options: { tags } },
      { input: undefined, options: { tags } },
    ])
    const dry = await client.bulk.cancel({ where: { tags }, dryRun: true })
    expect(dry).toMatchObject({ id: null, matched: 2 })
    const begun = await client.bulk.cancel({ where: { tags }, reason: 'all' })
    await until('they are cancelled', async () => {
      const now = await client.bulk.get(begun.id as string)
      return now.status === 'completed' && now.done === 2
    })
    expect((await runs[0]?.refresh())?.status).toBe('cancelled')
    const where = { tags, endedBefore: new Date(Date.now() + 1000) }
    const prune = await client.prune({ where, olderThan: 1, dryRun: true })
    expect(prune).toMatchObject({ verb: 'prune', matched: 2 })
    await expect(client.bulk.pause({ where: {} })).rejects.toMatchObject({ code: 'MR004' })
  })

  test('schedules', async () => {
    const put = await client.putSchedule({
      ...{ id: 'http-daily', workflowId: 'http order', cron: '0 9 * * *', input: { count: 2 } },
    })
    expect(put.nextRuns[0]).toBeInstanceOf(Date)
    expect(await client.getSchedules({ workflowId: 'http order' })).toEqual([
      await client.getSchedule({ id: 'http-daily' }),
    ])
    const shown = await client.getSchedule({ id: 'http-daily', next: 12 })
    expect(shown).toEqual(await t.engine.getSchedule({ id: 'http-daily', next: 12 }))
    expect((await client.pauseSchedule({ id: 'http-daily', reason: 'x' })).pauseReason).toBe('x')
    expect((await client.resumeSchedule({ id: 'http-daily' })).paused).toBe(false)
    const run = await client.runSchedule({ id: 'http-daily' })
    expect(await run.result({ timeout: '20 s' })).toEqual({ price: 20 })
    await client.deleteSchedule({ id: 'http-daily' })
    await expect(client.getSchedule({ id: 'http-daily' })).rejects.toThrow(WorkflowRunNotFoundError)
    const every = { id: 'http-every', workflowId: 'http order', every: '1 hour' } as const
    expect((await client.putSchedule(every)).every).toBe(3_600_000)
    await client.deleteSchedule({ id: 'http-every' })
  })

  test('definitions, workers, queues and limits', async () => {
    const graph = {
      name: 'http graph',
      steps: [{ id: 'a', type: 'transform', config: { expression: '1' } }],
    }
    const put = await client.putWorkflow(graph as never, {
      ...{ version: 'v1', limits: { rateLimit: { limit: 5, period: '1 minute' } } },
    })
    expect(put).toEqual({ id: 'http graph', version: 'v1', created: true })
    expect((await client.putWorkflow(graph as never, { version: 'v1' })).created).toBe(false)
    expect(await client.getDefinition({ workflowId: 'http graph' })).toEqual(
      await t.engine.getDefinition({ workflowId: 'http graph' }),
    )
    expect(await client.getVersions({ workflowId: 'http graph' })).toEqual(
      await t.engine.getVersions({ workflowId: 'http graph' }),
    )
    const graphs = { kind: 'graph', active: true, triggerType: 'manual', limit: 1 } as const
    const listed = await client.getDefinitions(graphs)
    expect(listed.items[0]?.workflowId).toBe('http graph')
    expect(listed).toEqual(await t.engine.getDefinitions(graphs))
    expect((await client.getDefinitions({ ...graphs, active: false })).items).toEqual([])
    const ids = (await client.getWorkflows()).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['http order', 'http graph']))
    expect(await client.deactivateWorkflow({ workflowId: 'http graph' })).toBe(true)
    expect(await client.activateWorkflow({ workflowId: 'http graph' })).toBe(true)
    expect(await client.deleteWorkflow({ workflowId: 'http graph' })).toMatchObject({ versions: 1 })

    const [worker] = await client.getWorkers()
    expect(worker?.leaseUntil).toBeInstanceOf(Date)
    await client.putQueue('http-q', { concurrency: 2 })
    const run = await client.queue('http-q').send(order, { count: 9 })
    expect(run.queue).toBe('http-q')
    expect(await run.result({ timeout: '20 s' })).toEqual({ price: 90 })
    const [limit] = await client.getLimits({ queue: 'http-q' })
    expect(limit).toMatchObject({ scope: 'queue', rule: 'concurrency', limit: 2 })
    await client.pauseDispatch({ queue: 'http-q', reason: 'rest' })
    expect((await client.getLimits({ queue: 'http-q' })).some((one) => one.pausedAt)).toBe(true)
    await client.resumeDispatch({ queue: 'http-q' })
    expect((await client.getMetrics()).since).toBeInstanceOf(Date)
    expect(await client.getQueues({ queue: 'none' })).toEqual([])
    expect((await client.getStorage()).length).toBeGreaterThan(0)
  })
})

describe('a server that is away', () => {
  /** The connection is lost this often before or after the server has done it. */
  function lossy(losses: ('before' | 'after' | 503)[]): HttpWorkflowClient {
    const fetch = async (url: string, init: RequestInit) => {
      const loss = losses.shift()
      if (loss === 'before') throw new TypeError('fetch failed')
      if (loss === 503) return new Response('<html>', { status: 503 })
      const answer = await t.server.fetch(new Request(url, init))
      if (loss === 'after') throw new TypeError('fetch failed')
      return answer
    }
    return clientOf('ada', { fetch: fetch as never })
  }

  test('is asked again, and nothing is done twice', async () => {
    const tags = ['http lossy']
    const run = await lossy(['before', 'after', 503]).startWorkflow(order, { count: 1 }, { tags })
    expect(run.existing).toBe(false)
    const found = await lossy(['before']).getRuns({ tags })
    expect(found.items.map(({ id }) => id)).toEqual([run.id])
    const waiting = await client.startWorkflow(waits)
    await lossy(['after', 'after']).triggerEvent({
      runId: waiting.id,
      eventName: 'go',
      data: { n: 1 },
    })
    expect(await waiting.result({ timeout: '20 s' })).toBe(1)
    const timeline = await waiting.timeline()
    expect(timeline.filter(({ stepId }) => stepId === 'go')).toHaveLength(1)
  })

  test('for long is unavailable; a client that was closed asks nobody', async () => {
    const gone = lossy(Array.from({ length: 20 }, () => 'before' as const))
    await expect(gone.getWorkers()).rejects.toThrow(UnavailableError)
    const closed = clientOf()
    const run = await client.startWorkflow(waits)
    const waitsFor = (await closed.getRun({ runId: run.id })).result()
    closed.close()
    await expect(waitsFor).rejects.toThrow('closed')
    await expect(closed.getWorkers()).rejects.toThrow(UnavailableError)
    await run.terminate()
  }, 30_000)

  test('the token is asked for before each request', async () => {
    let asked = 0
    const token = async () => (++asked > 1 ? 'ada' : 'nobody')
    const one = clientOf('', { token })
    await expect(one.getWorkers()).rejects.toThrow(PermissionError)
    expect(await one.getWorkers()).toBeInstanceOf(Array)
    expect(asked).toBe(2)
  })
})
