// Guarded requests as steps of runs: what the engine makes of their results and failures.
import { expect, test } from 'vitest'
import { guardedRequest, HttpPolicy, type HttpRequest } from '../../src/graph/index.ts'
import { workflow } from '../../src/index.ts'
import type { RunFailure } from '../../src/model/failure.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'
import { serve, serveRaw } from './http/servers.ts'

const t = useEngine()

/** A workflow of one request. */
function asking(name: string, request: HttpRequest, policy: HttpPolicy) {
  return workflow(
    name,
    ({ step }) =>
      step.run('ask', ({ signal, idempotencyKey }) =>
        guardedRequest({ ...request, signal, idempotencyKey }, policy),
      ),
    { retry: { maxAttempts: 3, baseDelay: 10, jitter: false } },
  )
}

test('a busy server is asked again when it says, with the same key', async () => {
  const asked: { at: number; key: unknown }[] = []
  await using server = await serve((request, response) => {
    asked.push({ at: performance.now(), key: request.headers['idempotency-key'] })
    if (asked.length === 1) response.writeHead(429, { 'retry-after': '1' }).end('busy')
    else response.end('done')
  })
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  const run = await t.start(asking('busy', { url: server.url, method: 'POST' }, policy))
  expect(await run.result()).toMatchObject({ status_code: 200, body: 'done' })
  const [first, second] = asked
  expect(asked).toHaveLength(2)
  expect(second?.key).toBe(first?.key)
  expect(first?.key).toEqual(expect.any(String))
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900)
})

test('what may pass is tried as often as the step says, and fails with its code', async () => {
  await using server = await serve((_, response) => response.writeHead(500).end('no: s3cret!'))
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  const request = { url: `${server.url}/?key=s3cret!`, redact: ['s3cret!'] }
  const run = await t.start(asking('broken', request, policy))
  await expect(run.result()).rejects.toThrow('The server answered 500')
  const { failure } = (await t.engine.getRun({ runId: run.id })) as { failure: RunFailure }
  expect(failure).toMatchObject({ code: 'HTTP_STEP_ERROR', stepId: 'ask', attempt: 3 })
  expect(failure.message).toMatch(
    'The server answered 500, which is not expected: "no: ***". (GET ',
  )
  const kept = await t.db.pool.query('select c::text as kept from millrace.checkpoints c')
  const all = [failure, ...kept.rows, ...t.log].map((one) => JSON.stringify(one)).join()
  expect(all).not.toContain('s3cret')
})

test('failures of servers that say other things are counted as one', async () => {
  let asked = 0
  await using server = await serve((_, response) => {
    response.writeHead(500).end(`{"order": "${'x'.repeat(++asked)}"}\n`)
  })
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  const failing = asking('counted', { url: server.url }, policy)
  const runs = [await t.start(failing), await t.start(failing)]
  await Promise.allSettled(runs.map((run) => run.result()))
  const ended = await Promise.all(runs.map((run) => t.engine.getRun({ runId: run.id })))
  const [one, other] = ended.map(({ failure }) => failure as RunFailure)
  expect(one?.fingerprint).toBe(other?.fingerprint)
  expect(one?.message).not.toBe(other?.message)
})

test('what is refused is not tried again', async () => {
  await using server = await serve((_, response) => response.end('never'))
  await using policy = new HttpPolicy()
  const run = await t.start(asking('refused', { url: server.url }, policy))
  await expect(run.result()).rejects.toThrow('The target has no public address.')
  expect(server.connections()).toBe(0)
})

test('a run that is cancelled closes the connection', async () => {
  await using server = await serveRaw(() => undefined)
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  const run = await t.start(asking('cancelled', { url: server.url }, policy))
  await until('it is asked', () => server.open() === 1)
  await run.cancel()
  await until('the connection is closed', () => server.open() === 0)
})
