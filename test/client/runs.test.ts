import { expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'

const t = useEngine()
const echo = workflow('echo', ({ input }) => input)
const fail = workflow('fail', () => Promise.reject(new TypeError('wrong')), { retries: 0 })
const wait = workflow('wait', ({ step }) => step.waitFor('w', { eventName: 'go' }))

test('result gives the output, or throws what the run ended with', async () => {
  const good = await t.start(echo, { a: [1] })
  expect(await good.result({ timeout: 15_000 })).toEqual({ a: [1] })
  const nothing = await t.start(echo)
  expect(await nothing.result({ timeout: 15_000 })).toBeUndefined()
  const bad = await t.start(fail)
  await expect(bad.result({ timeout: 15_000 })).rejects.toMatchObject({
    code: 'MR052',
    name: 'RunFailedError',
    runId: bad.id,
    failure: { name: 'TypeError', message: 'wrong', stepId: null, attempt: 1 },
  })
  const gone = await t.start(wait)
  const result = expect(gone.result({ timeout: 15_000 })).rejects.toMatchObject({
    code: 'MR053',
    name: 'RunCancelledError',
  })
  await gone.cancel('enough')
  await result
  expect(await t.engine.getRun({ runId: bad.id })).toMatchObject({
    status: 'failed',
    error: 'wrong',
    output: null,
  })
})

test('result is heard in another process than the one that runs, and long after the end', async () => {
  const client = new WorkflowClient({ connectionString: t.db.url })
  await t.engine.registerWorkflow(wait)
  const run = await client.startWorkflow(wait, undefined)
  const waiting = [run.result({ timeout: 15_000 }), run.result({ timeout: 15_000 })]
  await run.signal('go', 5)
  expect(await Promise.all(waiting)).toEqual([5, 5])
  expect(await run.result({ timeout: 15_000 })).toBe(5)
  await client.stop()
})

test('a wait for a result ends by its time-out, by its signal, and when the client is stopped', async () => {
  const run = await t.start(wait)
  await expect(run.result({ timeout: 50 })).rejects.toMatchObject({
    code: 'MR054',
    name: 'TimeoutError',
  })
  const controller = new AbortController()
  const aborted = run.result({ signal: controller.signal })
  controller.abort(new Error('no longer interested'))
  await expect(aborted).rejects.toThrow('no longer interested')
  await expect(run.result({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
    'before',
  )
  const client = new WorkflowClient({ connectionString: t.db.url })
  const same = await client.getRun({ runId: run.id })
  const result = same.result()
  const status = same.waitForStatus('completed')
  const ends = Promise.allSettled([result, status])
  await same.refresh()
  await client.stop()
  for (const end of await ends) {
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'MR090' } })
  }
  await expect(same.result()).rejects.toMatchObject({ code: 'MR090' })
})

test('waitForStatus waits for one of several, and rejects at once when the run ends otherwise', async () => {
  const run = await t.start(wait)
  expect((await run.waitForStatus(['waiting', 'completed'])).status).toBe('waiting')
  await expect(run.waitForStatus('completed', { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'MR054',
  })
  const controller = new AbortController()
  const aborted = run.waitForStatus('completed', { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  const other = run.waitForStatus('failed')
  const illegal = expect(other).rejects.toMatchObject({ code: 'MR011' })
  await run.signal('go')
  await illegal
  expect((await run.waitForStatus('completed')).status).toBe('completed')
})

test('moves that a run does not allow are refused, and say what it is', async () => {
  const done = await t.start(echo, 1)
  await done.result({ timeout: 15_000 })
  const illegal = { code: 'MR011', name: 'IllegalMoveError' }
  for (const move of [
    () => done.pause(),
    () => done.resume(),
    () => done.cancel(),
    () => done.retry(),
    () => done.signal('go'),
  ]) {
    await expect(move()).rejects.toMatchObject(illegal)
    await expect(move()).rejects.toThrow(/completed/)
  }
  expect((await done.fastForward()).status).toBe('completed')
  const run = await t.start(wait)
  await expect(run.resume()).rejects.toMatchObject(illegal)
  await run.cancel()
  expect((await run.cancel()).status).toBe('cancelled')
})

test('a failed run is retried from its failure: no completed step runs again', async () => {
  const calls: string[] = []
  let broken = true
  const w = workflow('retried', async ({ step }) => {
    await step.run('a', () => calls.push('a'))
    await step.run(
      'b',
      () => {
        calls.push('b')
        if (broken) throw new Error('broken')
      },
      { retry: false },
    )
    return 'done'
  })
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({ code: 'MR052' })
  broken = false
  const again = await run.retry()
  expect(again.id).not.toBe(run.id)
  expect(again.retriedFrom).toBe(run.id)
  expect(await again.result({ timeout: 15_000 })).toBe('done')
  expect(calls).toEqual(['a', 'b', 'b'])
  expect((await run.refresh()).status).toBe('failed')
})

test('lists are filtered and paged, newest first, both ways', async () => {
  const listed = workflow(
    'listed',
    ({ input }) => {
      if (input === 'fail') throw new Error('no')
      return input
    },
    { retries: 0, version: '3' },
  )
  await t.engine.registerWorkflow(listed)
  const runs: WorkflowRun[] = []
  for (let i = 0; i < 12; i++) {
    const options = { tags: i % 2 ? ['odd', 'all'] : ['all'], resourceId: `r${i % 3}` }
    runs.push(await t.engine.startWorkflow(listed, i === 5 ? 'fail' : i, options))
  }
  for (const run of runs) await run.waitForStatus(['completed', 'failed'])
  const ids = runs.map((run) => run.id).reverse()
  const all = { workflowId: 'listed' }
  const list = async (filter: object) =>
    (await t.engine.getRuns({ ...all, limit: 100, ...filter })).items.map((run) => run.id)
  expect(await list({})).toEqual(ids)
  expect(await list({ statuses: ['failed'] })).toEqual([runs[5]?.id])
  expect(await list({ statuses: ['running', 'waiting'] })).toEqual([])
  expect((await list({ statuses: ['completed', 'failed'] })).length).toBe(12)
  expect((await list({ tags: ['odd', 'all'] })).length).toBe(6)
  expect((await list({ resourceId: 'r1' })).length).toBe(4)
  expect((await list({ resourceId: 'r1', tags: ['odd'] })).length).toBe(2)
  expect(await list({ version: '4' })).toEqual([])
  expect(await list({ queue: 'other' })).toEqual([])
  expect(await list({ createdAfter: new Date(Date.now() + 60_000) })).toEqual([])
  expect((await list({ createdBefore: new Date(Date.now() + 60_000).toISOString() })).length).toBe(
    12,
  )

  const first = await t.engine.getRuns({ ...all, limit: 5 })
  expect(first.items.map((run) => run.id)).toEqual(ids.slice(0, 5))
  expect(first).toMatchObject({ hasMore: true, hasPrev: false, prevCursor: null })
  const second = await t.engine.getRuns({ ...all, limit: 5, startingAfter: first.nextCursor })
  expect(second.items.map((run) => run.id)).toEqual(ids.slice(5, 10))
  expect(second).toMatchObject({ hasMore: true, hasPrev: true })
  const third = await t.engine.getRuns({ ...all, limit: 5, startingAfter: second.nextCursor })
  expect(third.items.map((run) => run.id)).toEqual(ids.slice(10))
  expect(third).toMatchObject({ hasMore: false, nextCursor: null, hasPrev: true })
  const back = await t.engine.getRuns({ ...all, limit: 5, endingBefore: third.prevCursor })
  expect(back.items.map((run) => run.id)).toEqual(ids.slice(5, 10))
  const start = await t.engine.getRuns({ ...all, limit: 5, endingBefore: back.prevCursor })
  expect(start.items.map((run) => run.id)).toEqual(ids.slice(0, 5))
  expect(start).toMatchObject({ hasPrev: false, hasMore: true })
})

test('bad filters are refused', async () => {
  const bad: object[] = [
    { limit: 0 },
    { limit: 101 },
    { limit: 1.5 },
    { startingAfter: 'x' },
    { startingAfter: crypto.randomUUID(), endingBefore: crypto.randomUUID() },
    { createdAfter: 'yesterday' },
    { parentId: 'x' },
  ]
  for (const filter of bad) {
    await expect(t.engine.getRuns(filter), JSON.stringify(filter)).rejects.toMatchObject({
      code: 'MR001',
    })
  }
  await expect(t.engine.getRuns({ startingAfter: crypto.randomUUID() })).rejects.toMatchObject({
    code: 'MR041',
  })
})

test('the timeline has every attempt, wait and pause, in order, page by page', async () => {
  const w = workflow('timeline', async ({ step }) => {
    await step.run(
      's',
      ({ attempt }) => {
        if (attempt === 1) throw new Error('first')
        return 'ok'
      },
      { retry: { baseDelay: 1 } },
    )
    await step.waitFor('w', { eventName: 'go' })
  })
  const run = await t.start(w)
  await expect.poll(async () => (await run.refresh()).currentStepId, { timeout: 10_000 }).toBe('w')
  await t.engine.pauseWorkflow({ runId: run.id, reason: 'a look', by: 'ada' })
  await t.engine.resumeWorkflow({ runId: run.id, by: 'grace' })
  await run.waitForStatus('waiting')
  await run.signal('go', { n: 1 })
  await run.result({ timeout: 15_000 })
  const entries = await run.timeline()
  expect(entries.map(({ stepId, kind, status, by }) => [stepId, kind, status, by])).toEqual([
    ['s', 'step', 'failed', null],
    ['s', 'step', 'completed', null],
    ['', 'control', 'paused', 'ada'],
    ['', 'control', 'running', 'grace'],
    ['w', 'wait', 'completed', null],
  ])
  expect(entries[0]).toMatchObject({ attempt: 1, failure: { message: 'first' } })
  expect(entries[1]).toMatchObject({ attempt: 2, output: 'ok' })
  const page = await t.engine.getTimeline({ runId: run.id, limit: 2 })
  expect(page).toMatchObject({ hasMore: true, nextCursor: '1' })
  const rest = await t.engine.getTimeline({ runId: run.id, startingAfter: page.nextCursor })
  expect(rest.items).toEqual(entries.slice(2))
})

test('progress counts the steps of the last completed run', async () => {
  const w = workflow('progress', async ({ step, input }) => {
    await step.run('a', () => 1)
    if (input === 'stop') await step.waitFor('w', { eventName: 'go' })
    await step.run('b', () => 2)
    await step.run('c', () => 3)
  })
  await (await t.start(w)).result({ timeout: 15_000 })
  const run = await t.start(w, 'stop')
  await run.waitForStatus('waiting')
  expect(await t.engine.checkProgress({ runId: run.id })).toMatchObject({
    completedSteps: 1,
    totalSteps: 3,
    completionPercentage: 33.33,
  })
})

test('workers and workflows are listed', async () => {
  await t.engine.registerWorkflow(echo)
  const [worker] = await t.engine.getWorkers()
  expect(worker).toMatchObject({ pid: process.pid, queues: null, running: [] })
  expect(worker?.workflows).toContainEqual({ id: 'echo', version: '1' })
  const known = { version: '1', kind: 'function', workers: 1 }
  const echoes = async () => (await t.engine.getWorkflows()).find(({ id }) => id === 'echo')
  expect(await echoes()).toMatchObject(known)
  await t.engine.unregisterWorkflow('echo')
  expect(await echoes()).toMatchObject({ ...known, workers: 0 })
  await t.engine.registerWorkflow(echo)
  expect(await echoes()).toMatchObject(known)
})

test('a result that is waited for in vain says that the run is paused, and why', async () => {
  const w = workflow('pauses', ({ step }) => step.pause('look'))
  const run = await t.start(w)
  await run.waitForStatus('paused', { timeout: '15 s' })
  const late = run.result({ timeout: 50 })
  await expect(late).rejects.toThrow(/has not ended within 50 ms; it is paused \(step\)\./)
  await run.cancel()
})

test('what a run waits for, and when a delayed one begins, can be seen', async () => {
  const w = workflow('waits for', ({ step }) =>
    step.waitFor('pickup', { eventName: 'picked-up', timeout: '1 hour' }),
  )
  const run = await t.start(w)
  const waiting = await run.waitForStatus('waiting')
  expect(waiting.waits).toEqual([{ stepId: 'pickup', event: 'picked-up', until: expect.any(Date) }])
  await run.signal('picked-up')
  const delayed = await t.start(w, undefined, { delay: '1 hour' })
  const { startsAt, createdAt, waits } = await delayed.refresh()
  expect((startsAt as Date).getTime() - createdAt.getTime()).toBe(3_600_000)
  expect([delayed.startsAt, waits]).toEqual([startsAt, []])
})

test('the end of a child is told as its own: who it was, and what it failed with', async () => {
  const child = workflow('child that fails', () => Promise.reject(new Error('fell')), {
    retries: 0,
  })
  await t.engine.registerWorkflow(child)
  const w = workflow('has a child', ({ step }) => step.invoke('kid', child, undefined))
  const run = await t.start(w)
  await expect(run.result({ timeout: 15_000 })).rejects.toMatchObject({
    message: expect.stringContaining('failed at step "kid"'),
    failure: { code: 'MR051', name: 'ChildFailedError', stepId: 'kid' },
  })
  const [kid] = await run.children()
  const entries = (await run.timeline()).filter(({ stepId }) => stepId === 'kid')
  expect(entries).toMatchObject([
    { kind: 'child', status: 'running', childId: kid?.id, output: undefined },
    { kind: 'child', status: 'failed', childId: kid?.id, failure: { message: 'fell' } },
  ])
})

test('a stopped client says so', async () => {
  const client = new WorkflowClient({ connectionString: t.db.url })
  await client.stop()
  await expect(client.getRuns()).rejects.toThrow('This client was stopped')
})

test('an option that nobody knows is refused, with the one that was meant', async () => {
  const misspelled = { idempotency_key: 'a' } as object
  await expect(t.engine.startWorkflow(echo, 1, misspelled)).rejects.toThrow(
    'The options of a start have no "idempotency_key". Did you mean "idempotencyKey"?',
  )
  expect(() => workflow('x', () => 1, { retires: 5 } as object)).toThrow('Did you mean "retries"?')
  // a filter that is not heeded would give all that there is
  for (const list of ['getRuns', 'getFailures', 'getEvents', 'getApprovals', 'getQueues'] as const)
    await expect(t.engine[list]({ status: 'failed' } as object)).rejects.toThrow(
      `The options of ${list} have no "status". `,
    )
  await expect(t.engine.start({ concurency: 3 } as object)).rejects.toThrow('have no "concurency"')
})

test('an engine and a client refuse an option that there is not, with the one that was meant', () => {
  const connectionString = t.db.url
  for (const [make, options, message] of [
    [
      WorkflowEngine,
      { workflow: [echo] },
      'The options of an engine have no "workflow". Did you mean "workflows"?',
    ],
    [
      WorkflowEngine,
      { migrations: 'off' },
      'an engine have no "migrations". Did you mean "migrate"?',
    ],
    [WorkflowEngine, { boss: {} }, 'no "boss": there is no pg-boss inside'],
    [
      WorkflowClient,
      { tenent: 'a' },
      'The options of a client have no "tenent". Did you mean "tenant"?',
    ],
    [
      WorkflowClient,
      { workflows: [echo] },
      'a client have no "workflows". There are: connectionString, pool, ',
    ],
  ] as const) {
    const call = () => new make({ connectionString, ...options } as never)
    expect(call).toThrow(
      expect.objectContaining({ code: 'MR001', details: { option: Object.keys(options)[0] } }),
    )
    expect(call).toThrow(message)
  }
  for (const make of [WorkflowEngine, WorkflowClient])
    expect(() => new make(undefined as never)).toThrow('are missing. Give { connectionString }')
})

test('a result that nobody works on says so when its time is over', async () => {
  const w = workflow('nobodys', () => 1)
  const starter = new WorkflowEngine({ connectionString: t.db.url, workflows: [w], migrate: 'off' })
  await starter.start(false)
  const run = await starter.startWorkflow(w)
  const none = 'no worker that is alive takes nobodys in version 1 of queue "default"'
  await expect(run.result({ timeout: 50 })).rejects.toThrow(
    `Run ${run.id} has not ended within 50 ms; it is pending: ${none}.`,
  )
  await expect(run.waitForStatus('completed', { timeout: 50 })).rejects.toThrow(`: ${none}.`)
  const later = await starter.startWorkflow(w, undefined, { delay: '1 hour' })
  await expect(later.result({ timeout: 50 })).rejects.toThrow(/; it is pending\.$/)
  await starter.stop()
  await using idle = await startEngine([w])
  await idle.engine.stop()
  const client = new WorkflowClient({ connectionString: idle.db.url })
  const lone = await client.startWorkflow(w)
  await expect(lone.result({ timeout: 50 })).rejects.toThrow('it is pending: no worker is alive.')
  await client.stop()
})
