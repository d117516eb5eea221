import { expect, test } from 'vitest'
import { message, openKernel, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Run = { id: string }
const retry = (id: unknown, options: object = {}) => kernel.call<Run>('retry_workflow', id, options)
async function started(meta?: Record<string, unknown>) {
  const route = await kernel.route()
  const run = await kernel.start(route, { input: { n: 1 }, ...(meta && { meta }) })
  return { route, run, id: uuid(run), ...(await kernel.lease(route)) }
}

test('the new run has the input and the completed steps, but not the one that failed', async () => {
  const { route, run, id, worker, task } = await started({
    resource: 'r',
    tags: ['t'],
    key: 'k',
    timeout_ms: 60_000,
  })
  await worker.keep(task, [
    row('r', 'a', 1),
    row('e', 'b', { m: 1 }),
    row('p', '', {}),
    row('u', '', {}),
    row('r', 'c', 3),
  ])
  const tail = [row('t', 'd'), row('f', 'b', { m: 2 })]
  await worker.advance(task, {
    op: 'f',
    output: JSON.stringify({ message: 'no', stepId: 'b' }),
    tail,
  })
  const made = await retry(id, { by: 'ada' })
  expect(made).toMatchObject({
    workflow_id: route.name,
    retried_from: id,
    input: { n: 1 },
    resource_id: 'r',
    tags: ['t'],
    idempotency_key: null,
  })
  const again = await worker.claimOne(route)
  expect(uuid(again.run)).toBe(made.id)
  expect(again.journal).toEqual([row('r', 'a', 1), row('r', 'c', 3), row('t', 'd')])
  expect(again.timeoutMs).toBeGreaterThan(30_000)
  expect(await kernel.run(run)).toMatchObject({ status: 'failed' })
  await worker.complete(again, 'fine')
  expect(await kernel.call('get_run', made.id)).toMatchObject({ status: 'completed' })
})

test('what was skipped stays skipped, but for the step that failed', async () => {
  const { route, id, worker, task } = await started()
  const skipped = row('k', 'a', { reason: 'condition_unmet' })
  await worker.keep(task, [skipped, row('f', 'b', {}), row('k', 'c', {})])
  await worker.fail(task, { message: 'no', stepId: 'b' })
  await retry(id)
  expect((await worker.claimOne(route)).journal).toEqual([skipped, row('k', 'c', {})])
})

test('a run whose handler failed keeps all its steps, and what it had caught', async () => {
  const { route, id, worker, task } = await started()
  await worker.keep(task, [row('f', 'a', { m: 1 }), row('r', 'b')])
  await worker.fail(task, { message: 'handler', stepId: null })
  await retry(id)
  expect((await worker.claimOne(route)).journal.map(({ kind, name }) => kind + name)).toEqual([
    'fa',
    'rb',
  ])
})

test('the retry of a run is one run, whoever asks again and whenever; a retry can be retried', async () => {
  const { route, id, worker, task } = await started()
  await worker.fail(task)
  const asked = await Promise.all([1, 2, 3, 4].map(() => retry(id)))
  expect(new Set(asked.map((run) => run.id)).size).toBe(1)
  const [one] = asked as [Run]
  expect(await retry(id)).toMatchObject({ id: one.id, retried_from: id })
  const again = await worker.claimOne(route)
  expect(await worker.claim(route)).toEqual([])
  await worker.fail(again)
  expect(await retry(id)).toMatchObject({ id: one.id, status: 'failed' })
  const next = await retry(one.id)
  expect(next).toMatchObject({ retried_from: one.id })
  expect(await retry(one.id)).toMatchObject({ id: next.id })
})

test('of two that retry at once the second waits, and gets the run of the first, or makes its own', async () => {
  for (const end of ['commit', 'rollback']) {
    const { route, id, worker, task } = await started()
    await worker.fail(task)
    const [first, second] = [await kernel.connect(), await kernel.connect()]
    const text = `select millrace.retry_workflow($1) ->> 'id' as id`
    await first.query('begin')
    const one = (await first.query(text, [id])).rows[0].id
    const later = second.query(text, [id])
    await kernel.waitUntilBlocked(second)
    await first.query(end)
    const two = (await later).rows[0].id
    expect(two === one).toBe(end === 'commit')
    expect((await worker.claim(route)).map(({ run }) => uuid(run))).toEqual([two])
  }
})

test('the new run hears the end of a child that its parent had not heard', async () => {
  const { route, id, run, worker, task } = await started()
  const children = await kernel.route()
  const child = await kernel.start(children, { meta: { parent: run } })
  const wait = message('child', `$child:${child}`)
  await worker.keep(task, [row('c', 'child', { run: child, id: uuid(child) })], [wait])
  await worker.fail(task, { message: 'no', stepId: 'other' })
  await refusal(retry(id), 'MR011', 'a child that it waited for is still alive')
  const held = await kernel.lease(children)
  await held.worker.complete(held.task, 9)
  await retry(id)
  const again = await worker.claimOne(route)
  expect(again.journal.map(({ kind }) => kind)).toEqual(['c'])
  const verdict = await worker.wait(again, wait)
  expect(verdict).toMatchObject({ kind: 'news', rows: [{ kind: 'g', name: 'child' }] })
})

test('a detached child does not hinder a retry, and is not started again', async () => {
  const { route, id, run, worker, task } = await started()
  const child = await kernel.start(await kernel.route(), { meta: { parent: run } })
  await worker.keep(task, [row('c', 'child', { run: child, id: uuid(child), detached: true })])
  await worker.fail(task)
  await retry(id)
  expect((await worker.claimOne(route)).journal.map(({ kind }) => kind)).toEqual(['c'])
})

test('only a failed run can be retried', async () => {
  const { id, worker, task } = await started()
  await refusal(retry(id), 'MR011', 'is running: only a failed run can be retried')
  await worker.complete(task)
  await refusal(retry(id), 'MR011', 'is completed')
  await refusal(retry(uuid('9')), 'MR041', uuid('9'))
  const failed = await started()
  await failed.worker.fail(failed.task)
  await kernel.makeTenant('second')
  await refusal(retry(failed.id, { tenant: 'second' }), 'MR041', failed.id)
})
