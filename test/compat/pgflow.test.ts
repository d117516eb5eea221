import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HttpWorkflowClient } from '../../src/client/http/index.ts'
import {
  createClient,
  createQueueWorker,
  EdgeWorker,
  Flow,
  FlowRunStatus,
  FlowStepStatus,
  isFlowRunCompletedEvent,
  isFlowRunEvent,
  isStepCompletedEvent,
  isStepEvent,
  isStepSkippedEvent,
  isStepStartedEvent,
  PgflowClient,
  queueSlug,
} from '../../src/compat/pgflow/index.ts'
import { defineSignal } from '../../src/definition/signal.ts'
import { IllegalMoveError, InvalidInputError, TimeoutError } from '../../src/model/errors.ts'
import { collect } from '../support/engine.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const t = useServer()

const analyze = new Flow<{ url: string }>({ slug: 'analyze_website', maxAttempts: 1 })
  .step({ slug: 'website' }, (input) => ({ content: `page of ${input.url}` }))
  .step(
    { slug: 'never', dependsOn: ['website'], if: { website: { content: 'x' } }, whenUnmet: 'skip' },
    () => 1,
  )
  .array({ slug: 'words', dependsOn: ['website'] }, ({ website }) => website.content.split(' '))
  .map({ slug: 'sizes', array: 'words' }, (word) => word.length)
  .step({ slug: 'save', dependsOn: ['sizes'] }, ({ sizes }) => ({ sizes }))
const fails = new Flow<{ n: number }>({ slug: 'fails_at_two', maxAttempts: 1 })
  .step({ slug: 'one' }, () => 1)
  .step({ slug: 'two', dependsOn: ['one'] }, () => {
    throw new Error('two is wrong')
  })
const go = defineSignal('go')
const waits = new Flow<{ n: number }>({ slug: 'waits_long' }).waitFor({ slug: 'hold', source: go })

let http: HttpWorkflowClient
beforeAll(async () => {
  await t.register(analyze as never, fails as never, waits as never)
  http = new HttpWorkflowClient({
    ...{ baseUrl: 'http://localhost', token: 'ada' },
    fetch: ((url: string, init: RequestInit) => t.server.fetch(new Request(url, init))) as never,
  })
})

describe.each(['a server', 'the database'])('the client over %s', (over) => {
  const clientOf = () => new PgflowClient(over === 'a server' ? http : t.engine)

  test('starts a flow and follows it as its README shows', async () => {
    const pgflow = clientOf()
    const run = await pgflow.startFlow<typeof analyze>('analyze_website', { url: 'a.example' })
    const events: unknown[] = []
    run.on('*', (event) => events.push(event))
    const saved: unknown[] = []
    const save = run.step('save')
    save.on('completed', (event) => saved.push(event))
    const words: unknown[] = []
    run.step('words').on('*', (event) => words.push(event))
    expect(run.hasStep('website')).toBe(true)
    expect(run.hasStep('other')).toBe(false)
    const done = await run.waitForStatus(FlowRunStatus.Completed, { timeoutMs: 20_000 })
    expect(done).toBe(run)
    expect(run.output?.save).toEqual({ sizes: [4, 2, 9] })
    expect(run).toMatchObject({ status: 'completed', remaining_steps: 0, error: null })
    expect(run.completed_at).toBeInstanceOf(Date)
    expect(events.map((event) => isFlowRunEvent(event))).toEqual([true, true])
    expect(events).toMatchObject([
      { event_type: 'run:started' },
      { output: { save: { sizes: [4, 2, 9] } } },
    ])
    expect(isFlowRunCompletedEvent(events[1] as never)).toBe(true)
    expect(saved).toMatchObject([{ event_type: 'step:completed', step_slug: 'save' }])
    expect(isStepCompletedEvent(saved[0])).toBe(true)
    expect(words.map((event) => isStepEvent(event))).toEqual([true, true])
    expect(isStepStartedEvent(words[0])).toBe(true)
    expect(await save.waitForStatus(FlowStepStatus.Completed)).toBe(save)
    expect(run.step('never')).toMatchObject({ status: 'skipped', skip_reason: 'condition_unmet' })
    expect(run.step('website')).toMatchObject({ output: { content: 'page of a.example' } })
    expect(run.step('website').started_at).toBeInstanceOf(Date)
    await expect(save.waitForStatus(FlowStepStatus.Failed)).rejects.toThrow(IllegalMoveError)
    expect(
      isStepSkippedEvent({
        run_id: '',
        step_slug: '',
        status: 'skipped',
        event_type: 'step:skipped',
      }),
    ).toBe(true)
    expect(isStepEvent(null) || isFlowRunEvent('x')).toBe(false)
  })

  test('says of a run that fails which step did', async () => {
    const pgflow = clientOf()
    const run_id = crypto.randomUUID()
    const run = await pgflow.startFlow<typeof fails>('fails_at_two', { n: 1 }, run_id)
    expect(run.run_id).toBe(run_id)
    await run.waitForStatus([FlowRunStatus.Completed, FlowRunStatus.Failed], { timeoutMs: 20_000 })
    expect(run.error_message).toContain('two is wrong')
    expect(run.failed_at).toBeInstanceOf(Date)
    expect(run.step('two')).toMatchObject({ status: 'failed', error_message: 'two is wrong' })
    await expect(run.waitForStatus(FlowRunStatus.Completed)).rejects.toThrow(IllegalMoveError)
  })

  test('gives a run by its id, null where there is none, and lets go of it', async () => {
    const pgflow = clientOf()
    const started = await pgflow.startFlow<typeof waits>('waits_long', { n: 1 })
    const run = await pgflow.getRun(started.run_id)
    expect(run).toBe(started)
    expect(await clientOf().getRun(started.run_id)).toMatchObject({
      status: 'started',
      input: { n: 1 },
    })
    expect(await pgflow.getRun(crypto.randomUUID())).toBeNull()
    expect(await pgflow.getRun('nonsense')).toBeNull()
    await expect(started.waitForStatus('completed', { timeoutMs: 30 })).rejects.toThrow(
      TimeoutError,
    )
    const stop = new AbortController()
    const waiting = started.waitForStatus('completed', { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    const left = started.waitForStatus('completed')
    pgflow.dispose(started.run_id)
    await expect(left).rejects.toThrow(IllegalMoveError)
    expect(await pgflow.getRun(started.run_id)).not.toBe(started)
    pgflow.disposeAll()
    await t.engine.terminateWorkflow({ runId: started.run_id })
  })
})

test('createClient is of a server', () => {
  expect(createClient('https://flows.example.com', 'mr_live_x')).toBeInstanceOf(HttpWorkflowClient)
})

describe('the worker', () => {
  afterEach(() => EdgeWorker.stop().catch(() => {}))
  const config = () => ({ connectionString: t.db.url, logger: collect([]) })

  test('runs a flow; one a process', async () => {
    const only = new Flow<{ n: number }>({ slug: 'edge_only' }).step(
      { slug: 'twice' },
      ({ n }) => n * 2,
    )
    await EdgeWorker.start(only as never, config())
    await expect(EdgeWorker.start(only as never, config())).rejects.toThrow(InvalidInputError)
    const run = await t.engine.startWorkflow({ workflowId: 'edge_only', input: { n: 4 } })
    expect(await run.result({ timeout: '20 s' })).toEqual({ twice: 8 })
    await EdgeWorker.stop()
    await expect(EdgeWorker.stop()).rejects.toThrow('called first')
  })

  test('calls a function with each message, again when it fails', async () => {
    const taken: unknown[] = []
    const worker = createQueueWorker(
      async (payload, ctx) => {
        taken.push(payload.id)
        if (ctx.attempt === 1) throw new Error('once more')
        const [row] = await ctx.sql`select ${payload.id}::int + 1 as next`
        return row.next
      },
      {
        ...config(),
        queueName: 'my-queue',
        retry: { limit: 1, baseDelay: 0.01, strategy: 'fixed' },
      },
    )
    await worker.start()
    const run = await t.engine.startWorkflow({
      workflowId: queueSlug('my-queue'),
      input: { id: 7 },
    })
    expect(await run.result({ timeout: '20 s' })).toEqual({ message: 8 })
    expect(taken).toEqual([7, 7])
    await worker.stop()
    await until(
      'it is gone',
      async () =>
        !(await t.engine.getWorkflows()).some(
          ({ id, workers }) => id === 'my_queue' && workers > 0,
        ),
    )
  })
})
