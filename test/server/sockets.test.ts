// With real connections: what node's http, Express and Hono hand over, and what clients do to a port.
import { createServer as createHttp, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientAddress } from '../../src/server/client-address.ts'
import { createServer } from '../../src/server/create-server.ts'
import { Listening } from '../../src/server/listening.ts'
import { resolveServerOptions } from '../../src/server/server-options.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { authenticateByName, readAnswer, useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const t = useServer()
const echo = workflow('echo', ({ input }) => input)
const wait = workflow('wait', ({ step }) => step.waitFor('w', { eventName: 'go' }))
const open: (() => unknown)[] = []
beforeAll(() => t.register(echo, wait))
afterAll(async () => {
  for (const close of open) await close()
})

const ada = { authorization: 'Bearer ada', 'content-type': 'application/json' }

/** Starts a run through it, follows its Location, and is refused without a key. */
async function tryAt(base: string): Promise<void> {
  const body = JSON.stringify({ workflow_id: 'echo', input: { ä: '💥' } })
  const answer = await fetch(`${base}/api/runs?wait=10s`, { method: 'POST', headers: ada, body })
  const run = await readAnswer(answer)
  expect(run).toMatchObject({ status: 201, body: { output: { ä: '💥' } } })
  const place = new URL(answer.headers.get('location') as string, answer.url)
  expect((await readAnswer(await fetch(place, { headers: ada }))).body.id).toBe(run.body.id)
  expect((await fetch(`${base}/api/runs`)).status).toBe(401)
  expect((await fetch(`${base}/docs`)).status).toBe(200)
  expect((await fetch(`${base}/nowhere`)).headers.get('content-type')).toContain('problem')
}

async function listen(handler: Parameters<typeof createHttp>[1]): Promise<string> {
  const server = createHttp(handler)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('it has a port of its own', async () => {
  const server = createServer(t.engine, { authenticate: authenticateByName })
  const { url } = await server.listen({ port: 0 })
  await tryAt(url)
  await expect(server.listen({ port: 0 })).rejects.toMatchObject({ code: 'MR001' })
  await server.close()
  await expect(fetch(`${url}/docs`)).rejects.toThrow()
})

test('it is a handler of node’s http', async () => {
  await tryAt(await listen(t.server.node))
})

test('it mounts in Express, below a path', async () => {
  const app = express()
  app.use('/engine', t.server.node)
  app.get('/', (_, response) => void response.send('mine'))
  const base = await listen(app)
  await tryAt(`${base}/engine`)
  expect(await (await fetch(base)).text()).toBe('mine')
})

test('it mounts in Hono, below a path', async () => {
  const app = new Hono().get('/', (c) => c.text('mine'))
  app.mount('/engine', t.server.fetch)
  const answer = await app.fetch(new Request('http://localhost/engine/api/runs', { headers: ada }))
  expect(answer.status).toBe(200)
  expect(await (await app.fetch(new Request('http://localhost/'))).text()).toBe('mine')
})

test('where addresses are left as they are, the base path says where it stands', async () => {
  const server = createServer(t.engine, { authenticate: authenticateByName, basePath: '/engine' })
  await tryAt(`${await listen(server.node)}/engine`)
})

test('node’s Request and Response stay node’s', () => {
  expect(globalThis.Request.name).toBe('Request')
  expect(new Request('http://a/') instanceof globalThis.Request).toBe(true)
})

/** Sends what it is given, and collects what comes until the connection is closed. */
function raw(url: string, text: string): { socket: Socket; closed: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let got = ''
  socket.on('data', (data) => {
    got += String(data)
  })
  socket.on('error', () => {})
  socket.write(text)
  return { socket, closed: new Promise((done) => socket.on('close', () => done(got))) }
}

test('who is slow to send is cut off: the headers, and the rest', async () => {
  const times = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 }
  const listening = new Listening(t.server.node, times)
  const { url } = await listening.start({ port: 0 })
  const headers = raw(url, 'GET /docs HTTP/1.1\r\nHost: a\r\n')
  const body = raw(
    url,
    'POST /api/runs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ada\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  )
  expect(await headers.closed).toContain('408')
  await body.closed
  await listening.stop()
})

test('headers and addresses have a limit', async () => {
  const listening = new Listening(t.server.node)
  const { url } = await listening.start({ port: 0 })
  const long = raw(url, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)
  expect(await long.closed).toContain('431')
  await listening.stop()
})

test('more connections than it takes are closed', async () => {
  const listening = new Listening(t.server.node)
  const { url } = await listening.start({ port: 0, maxConnections: 1 })
  const first = raw(url, 'GET /docs HTTP/1.1\r\nHost: a\r\n')
  await until('it is connected', () => first.socket.readyState === 'open')
  const second = raw(url, 'GET /docs HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await second.closed).toBe('')
  first.socket.destroy()
  await listening.stop()
})

test('a close lets what waits answer now, and nobody is cut off', async () => {
  const server = createServer(t.engine, { authenticate: authenticateByName })
  const { url } = await server.listen({ port: 0 })
  const body = JSON.stringify({ workflow_id: 'wait' })
  const run = await readAnswer(
    await fetch(`${url}/api/runs`, { method: 'POST', headers: ada, body }),
  )
  const waiting = new Promise<IncomingMessage>((done) => {
    get(
      `${url}/api/runs/${run.body.id}?wait=50s`,
      { headers: { authorization: ada.authorization } },
      done,
    )
  })
  const watchers = `select from millrace.watchers`
  await until('it waits', async () => (await t.db.query(watchers)).length > 0)
  const before = performance.now()
  await server.close()
  expect((await waiting).statusCode).toBe(200)
  expect(performance.now() - before).toBeLessThan(9000)
})

test('an address is the connection’s, or what a proxy that is trusted says', () => {
  const of = (remote: string, forwarded: string, trustedProxies: string[]) =>
    clientAddress({
      env: { incoming: { socket: { remoteAddress: remote } } },
      req: { header: () => forwarded },
      var: { parts: { options: resolveServerOptions({ trustedProxies }) } },
    } as never)
  expect(of('203.0.113.9', '198.51.100.1', [])).toBe('203.0.113.9')
  expect(of('10.0.0.2', '198.51.100.1', ['10.0.0.0/8'])).toBe('198.51.100.1')
  // what a client wrote itself stands to the left of what the proxy added
  expect(of('10.0.0.2', '1.2.3.4, 198.51.100.1', ['10.0.0.0/8'])).toBe('198.51.100.1')
  expect(of('::ffff:10.0.0.2', '198.51.100.1, 10.1.1.1', ['10.0.0.0/8'])).toBe('198.51.100.1')
  expect(of('10.0.0.2', 'nonsense', ['10.0.0.0/8'])).toBe('10.0.0.2')
  // some proxies name the port too
  expect(of('10.0.0.2', '198.51.100.1:4711', ['10.0.0.0/8'])).toBe('198.51.100.1')
  expect(of('10.0.0.2', '[2001:db8::1]:4711', ['10.0.0.0/8'])).toBe('2001:db8::1')
  expect(of('10.0.0.2', '[2001:db8::1]', ['10.0.0.0/8'])).toBe('2001:db8::1')
  expect(of('10.0.0.2', '2001:db8::1', ['10.0.0.0/8'])).toBe('2001:db8::1')
  const chain = '198.51.100.1:80, 10.1.1.1:4711'
  expect(of('10.0.0.2', chain, ['10.0.0.0/8'])).toBe('198.51.100.1')
  for (const bad of ['198.51.100.1:', '198.51.100.1:a', '[198.51.100.1', '1:2:80', '[::1]x'])
    expect(of('10.0.0.2', bad, ['10.0.0.0/8'])).toBe('10.0.0.2')
})

test('what a proxy may have read as something else is not read', async () => {
  const listening = new Listening(t.server.node)
  const { url } = await listening.start({ port: 0 })
  const answerTo = (text: string) => raw(url, text).closed
  const close = 'Connection: close\r\n\r\n'
  const hosts = await answerTo(`GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\n${close}`)
  expect(hosts).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*host twice/s)
  for (const path of [
    '/webhooks/%2e%2e/healthz',
    '/x/../healthz',
    '/x/.%2E/healthz',
    '/x/..\\healthz',
  ])
    expect(await answerTo(`GET ${path} HTTP/1.1\r\nHost: a\r\n${close}`)).toContain(' 400 ')
  for (const path of ['/healthz?a=/../b', '/healthz?..'])
    expect(await answerTo(`GET ${path} HTTP/1.1\r\nHost: a\r\n${close}`)).toContain(' 200 ')
  // as balancers ask that speak HTTP/1.0
  expect(await answerTo('GET /healthz HTTP/1.0\r\n\r\n')).toContain(' 200 ')
  await listening.stop()
})

test('whoever tries keys is refused unseen after a while, and not those beside him who were let in', async () => {
  let asked = 0
  const server = createServer(t.engine, {
    trustedProxies: ['127.0.0.1'],
    authenticate: async (request) => {
      asked++
      return authenticateByName(request)
    },
    metrics: { token: 'a token of sixteen' },
  })
  const { url } = await server.listen({ port: 0 })
  const ask = (authorization: string | null, from = '198.51.100.1', path = '/api/runs') => {
    const headers = { 'x-forwarded-for': from, ...(authorization && { authorization }) }
    return fetch(`${url}${path}`, { headers })
  }
  expect((await ask('Bearer ada')).status).toBe(200)
  // a program whose token is over is in nobody's way but its own
  for (let i = 0; i < 60; i++) expect((await ask('Bearer over')).status).toBe(401)
  expect((await ask('Bearer over')).status).toBe(429)
  expect((await ask('Bearer victor2')).status).toBe(401)
  for (let i = 2; i < 60; i++) expect((await ask(`Bearer wrong${i}`)).status).toBe(401)
  const before = asked
  const refused = await ask('Bearer wrong')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await ask('Bearer victor')).status).toBe(429)
  expect((await ask('Bearer wrong', undefined, '/metrics')).status).toBe(429)
  expect(asked).toBe(before)
  expect((await ask('Bearer ada')).status).toBe(200)
  // who sends nothing tries nothing; another address is another
  expect((await ask(null)).status).toBe(401)
  expect((await ask('Bearer victor', '198.51.100.2')).status).toBe(200)
  await server.close()
})
