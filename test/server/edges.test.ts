// What stands before the routes: hosts, origins, bodies, methods, and what answers never say.
import { beforeAll, expect, test } from 'vitest'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createServer } from '../../src/server/create-server.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { collect } from '../support/engine.ts'
import { authenticateByName, readAnswer, send, useServer } from '../support/server.ts'

const t = useServer({
  maxBodyBytes: 2000,
  cors: ['https://app.example.com'],
  allowHosts: ['localhost'],
})
const echo = workflow('echo', ({ input }) => input)
beforeAll(() => t.register(echo))

test('every problem has the same form, whatever it is', async () => {
  const answers = [
    await t.send('GET', '/nowhere'),
    await t.send('PATCH', '/api/runs'),
    await t.send('POST', '/api/runs', { body: '{"workflow_id":' }),
    await t.send('POST', '/api/runs', { body: '{}' }),
    await t.send('POST', '/api/runs', { body: 'x', headers: { 'content-type': 'text/plain' } }),
    await t.send('POST', '/api/runs', { body: { workflow_id: 'x'.repeat(3000) } }),
    await t.send('GET', '/api/runs', { as: null }),
  ]
  const found = answers.map(({ status, body }) => [status, body.code, body.error.code])
  expect(found).toEqual([
    [404, 'MR061', 'NOT_FOUND'],
    [405, 'MR062', 'METHOD_NOT_ALLOWED'],
    [400, 'MR060', 'BAD_REQUEST'],
    [422, 'MR001', 'VALIDATION_ERROR'],
    [415, 'MR063', 'UNSUPPORTED_MEDIA_TYPE'],
    [413, 'MR002', 'PAYLOAD_TOO_LARGE'],
    [401, 'MR042', 'INVALID_API_KEY'],
  ])
  for (const { headers, body, status } of answers) {
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ status, type: `https://millrace.dev/errors/${body.code}` })
    expect(body.request_id).toBe(headers.get('x-request-id'))
  }
  expect(answers[1]?.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
  expect(answers[3]?.body.issues[0].pointer).toBe('/workflow_id')
})

test('issues say where: in the body, the query or the address', async () => {
  const pointers = async (path: string, body?: unknown) =>
    (await t.send(body ? 'POST' : 'GET', path, { body })).body.issues.map(
      (issue: { pointer: string }) => issue.pointer,
    )
  expect(await pointers('/api/runs', { workflow_id: 'a', signal: { event_name: 1 } })).toEqual([
    '/signal/event_name',
  ])
  expect(await pointers('/api/runs?limit=1000')).toEqual(['/query/limit'])
  expect(await pointers('/api/runs?attributes=[')).toEqual(['/query/attributes'])
})

test('of a name that nobody reads it is said which there are', async () => {
  const signal = { event_name: 'b', x: 1 }
  const runs = [{ input: 1 }, { x: 1 }]
  const rates = [{ limit: 1, period: '1 s', x: 1 }]
  const tries: [method: string, path: string, body: unknown, pointer: string, told: RegExp][] = [
    ['GET', '/api/approvals?stat=x', undefined, '/query', /"stat"\. There are: assignee, role, /],
    ['POST', '/api/runs', { workflow_id: 'a', x: 1, y: 2 }, '', /"x" and "y"\. .*: workflow_id, /],
    ['POST', '/api/runs', { workflow_id: 'a', signal }, '/signal', /"x"\. .*: event_name, /],
    ['POST', '/api/runs/bulk', { workflow_id: 'a', runs }, '/runs/1', /"x"\. .*: input, /],
    ['PUT', '/api/queues/q', { rate_limit: rates }, '/rate_limit/0', /"x"\. .*: limit, period, /],
  ]
  for (const [method, path, body, pointer, told] of tries) {
    const answer = await t.send(method, path, { body })
    expect([answer.status, answer.body.code, path]).toEqual([422, 'MR001', path])
    expect(answer.body.issues).toEqual([
      { pointer, code: 'unrecognized_keys', message: expect.stringMatching(told) },
    ])
    expect(answer.body.issues[0].message).toMatch(/^Nobody reads .*\.$/)
  }
})

test('a body that must be there is not taken for one that sets nothing', async () => {
  const answer = await t.send('PUT', '/api/queues/mail')
  expect([answer.status, answer.body.code]).toEqual([400, 'MR060'])
})

test('a body that is not UTF-8 is refused', async () => {
  const request = new Request('http://localhost/api/runs', {
    method: 'POST',
    headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
    body: Buffer.from([0x7b, 0xff, 0x7d]),
  })
  expect((await t.server.fetch(request)).status).toBe(400)
})

test('a body is counted as it comes, and what comes after the limit is not read', async () => {
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      sent++
      controller.enqueue(new Uint8Array(500))
    },
  })
  const request = new Request('http://localhost/api/runs', {
    ...{ method: 'POST', body, duplex: 'half' },
    headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
  } as RequestInit)
  expect((await t.server.fetch(request)).status).toBe(413)
  expect(sent).toBeLessThan(20)
})

test('HEAD is GET without a body; OPTIONS names the methods', async () => {
  const head = await t.send('HEAD', '/api/runs')
  expect([head.status, head.body]).toEqual([200, ''])
  const options = await t.send('OPTIONS', '/api/schedules/x', { as: null })
  expect([options.status, options.headers.get('allow')]).toEqual([
    204,
    'DELETE, GET, HEAD, OPTIONS, PUT',
  ])
})

test('a request id that came is kept, and one that could spoil a log is not', async () => {
  const id = async (given: string) =>
    (await t.send('GET', '/nowhere', { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    )
  expect(await id('abc-1')).toBe('abc-1')
  expect(await id('a b')).toMatch(/^[0-9a-f-]{36}$/)
})

test('pages of origins that are allowed may call, others may not', async () => {
  const origin = 'https://app.example.com'
  const preflight = await t.send('OPTIONS', '/api/runs', {
    ...{ as: null, headers: { origin, 'access-control-request-method': 'POST' } },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  const evil = await t.send('GET', '/api/runs', { headers: { origin: 'https://evil.example.com' } })
  expect(evil.headers.get('access-control-allow-origin')).toBeNull()
  const own = await t.send('GET', '/api/runs', { headers: { origin } })
  expect(own.headers.get('access-control-expose-headers')).toContain('x-request-id')
})

test('another host is none of ours', async () => {
  const other = await readAnswer(
    await t.server.fetch(new Request('http://evil.example.com/api/runs')),
  )
  expect([other.status, other.body.code]).toEqual([421, 'MR064'])
  const port = await t.server.fetch(new Request('http://localhost:3000/docs'))
  expect(port.status).toBe(200)
})

test('what goes wrong inside is in the log under the id of the request, and not in the answer', async () => {
  const log: string[] = []
  const url = 'postgres://secret_role:secret_word@127.0.0.1:1/secret_db'
  const client = new WorkflowClient({ connectionString: url })
  const server = createServer(client, { authenticate: authenticateByName, logger: collect(log) })
  const down = await send(server, 'GET', '/api/runs')
  expect([down.status, down.body.code, down.headers.get('retry-after')]).toEqual([
    503,
    'MR090',
    '1',
  ])
  expect(JSON.stringify(down.body)).not.toMatch(/secret|127\.0\.0\.1|ECONN/)
  expect(log.join('\n')).toContain(down.body.request_id)
  const broken = createServer(client, {
    ...{
      logger: collect(log),
      authenticate: () => Promise.reject(new Error('select secret from stack')),
    },
  })
  const mistake = await send(broken, 'GET', '/api/runs')
  expect([mistake.status, mistake.body.code]).toEqual([500, 'MR099'])
  expect(JSON.stringify(mistake.body)).not.toMatch(/secret|stack/)
  await client.stop()
})

test('options that cannot be meant are refused', () => {
  const make = (options: object) => () => createServer(t.engine, options)
  for (const options of [
    ...[{ basePath: 'x' }, { basePath: '/x/' }, { maxBodyBytes: 0 }, { cors: ['app.example.com'] }],
    ...[{ trustedProxies: ['nobody'] }, { port: 1 }],
  ])
    expect(make(options)).toThrow(expect.objectContaining({ code: 'MR001' }))
})

test('the root says where the description is', async () => {
  const { status, body } = await t.send('GET', '/', { as: null })
  expect(status).toBe(200)
  for (const path of [body.docs, body.openapi, ...body.health])
    expect((await t.send('GET', `/${path}`, { as: null })).status).toBe(200)
})

test('an answer is no echo of a body with thousands of mistakes', async () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, 1]))
  const { status, body } = await t.send('POST', '/api/runs', { body: many })
  expect(status).toBe(422)
  expect(JSON.stringify(body).length).toBeLessThan(4000)
})

test('a body that is compressed is of a type that is not taken', async () => {
  const headers = { 'content-encoding': 'gzip' }
  const sent = await t.send('POST', '/api/runs', { body: { workflow_id: 'echo' }, headers })
  expect(sent).toMatchObject({ status: 415, body: { code: 'MR063' } })
})
