import { getGlobalDispatcher, ProxyAgent, setGlobalDispatcher } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { guardedRequest, HttpPolicy } from '../../../src/graph/http/index.ts'
import { until } from '../../support/until.ts'
import { failing } from './failing.ts'
import { serve, serveRaw } from './servers.ts'

const hello = () => serve((_, response) => response.end('hello'))
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const loopback = (more: object = {}) => new HttpPolicy({ allow: ['127.0.0.1'], ...more })

describe('connections', () => {
  test('are kept for the next request of the same policy', async () => {
    await using server = await hello()
    await using policy = loopback()
    for (let i = 0; i < 5; i++) {
      expect(await guardedRequest({ url: server.url }, policy)).toMatchObject({ body: 'hello' })
      // a turn later undici has its connection back
      await nextTurn()
    }
    expect(server.connections()).toBe(1)
  })

  test('on which more comes than was asked for are not used again', async () => {
    await using server = await serveRaw((socket) => {
      const said = (text: string) =>
        `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`
      socket.on('data', () => socket.write(`${said('asked for')}${said('smuggled')}`))
    })
    await using policy = loopback()
    for (let i = 0; i < 3; i++) {
      expect(await guardedRequest({ url: server.url }, policy)).toMatchObject({ body: 'asked for' })
      await nextTurn()
    }
    expect(server.connections()).toBe(3)
  })

  test('are not shared with another policy', async () => {
    await using server = await hello()
    await using open = loopback()
    await using closed = new HttpPolicy()
    await guardedRequest({ url: server.url }, open)
    await failing({ url: server.url }, closed, 'address')
  })

  test('are as many as the operator says; further requests wait', async () => {
    let most = 0
    let now = 0
    await using server = await serve((_, response) => {
      most = Math.max(most, ++now)
      setImmediate(() => {
        now--
        response.end('hello')
      })
    })
    await using policy = loopback({ maxConnections: 2 })
    const all = Array.from({ length: 20 }, () => guardedRequest({ url: server.url }, policy))
    expect(await Promise.all(all)).toHaveLength(20)
    expect(most).toBeLessThanOrEqual(2)
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  test('are closed with the policy at once if nothing is under way, whatever a lookup does', async () => {
    const policy = new HttpPolicy({ lookup: () => new Promise(() => undefined) })
    await failing({ url: 'http://slow.test/', timeout: '20 ms' }, policy, 'timeout')
    const began = performance.now()
    await policy.close()
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('are there for a redirect while the policy is closed', async () => {
    let closed: Promise<void> | undefined
    await using server = await serve((request, response) => {
      if (request.url === '/b') return response.end('there')
      closed = policy.close()
      response.writeHead(302, { location: '/b' }).end()
    })
    const policy = loopback()
    const result = await guardedRequest({ url: `${server.url}/a` }, policy)
    expect(result).toMatchObject({ body: 'there' })
    await closed
  })

  test('that wait in vain end with the time-out', async () => {
    await using server = await serveRaw(() => undefined)
    await using policy = loopback({ maxConnections: 1 })
    const request = { url: server.url, timeout: '100 ms' }
    const both = [failing(request, policy, 'timeout'), failing(request, policy, 'timeout')]
    expect(await Promise.all(both)).toHaveLength(2)
  })

  test('are closed with the policy, once what is under way has ended', async () => {
    const answers: (() => void)[] = []
    await using server = await serve((_, response) => {
      answers.push(() => response.end('late'))
    })
    const policy = loopback()
    const request = guardedRequest({ url: server.url }, policy)
    await until('it is asked', () => answers.length === 1)
    const closed = policy.close()
    answers[0]?.()
    expect(await request).toMatchObject({ body: 'late' })
    await closed
    await policy.close()
    await until('the connection is closed', () => server.open() === 0)
    const error = await failing({ url: server.url }, policy, 'network')
    expect(error.message).toMatch('The HTTP policy is closed.')
  })
})

describe('proxies', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('of the environment and of undici are never used', async () => {
    await using proxy = await hello()
    await using server = await hello()
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy']) {
      vi.stubEnv(name, proxy.url)
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    const before = getGlobalDispatcher()
    setGlobalDispatcher(new ProxyAgent(proxy.url))
    try {
      await using policy = loopback({ allow: [`127.0.0.1:${server.port}`] })
      expect(await guardedRequest({ url: server.url }, policy)).toMatchObject({ body: 'hello' })
      await failing({ url: 'http://169.254.169.254/' }, policy, 'address')
    } finally {
      setGlobalDispatcher(before)
    }
    expect(proxy.connections()).toBe(0)
  })
})
