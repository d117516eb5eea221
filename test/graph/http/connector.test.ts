import { connect as connectSocket, type Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { guardConnector } from '../../../src/graph/http/connector.ts'
import { Guard, TargetRefused } from '../../../src/graph/http/guard.ts'
import { guardedRequest, HttpPolicy } from '../../../src/graph/http/index.ts'
import { failing } from './failing.ts'
import { fakeDns, serve, type TestServer } from './servers.ts'

const hello = () => serve((_, response) => response.end('hello'))

describe('addresses in the URL', () => {
  const spellings = (port: number) => [
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1.:${port}/`,
    `http://127.1:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://0x7f.0.0.1:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://017700000001:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://[0:0:0:0:0:ffff:127.0.0.1]:${port}/`,
    `http://[::127.0.0.1]:${port}/`,
    `http://[64:ff9b::7f00:1]:${port}/`,
    `http://[2002:7f00:1::]:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::]:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://0:${port}/`,
    `http://localhost:${port}/`,
    `http://localhost.:${port}/`,
    `http://a.localhost:${port}/`,
    `http://LOCALHOST:${port}/`,
    `http://１２７.０.０.１:${port}/`,
    `http://127。0。0。1:${port}/`,
    `http://①②⑦.⓪.⓪.①:${port}/`,
    `http://ｌｏｃａｌｈｏｓｔ:${port}/`,
    `http://%31%32%37.0.0.1:${port}/`,
    `http:\\\\127.0.0.1:${port}\\`,
    `http:127.0.0.1:${port}`,
    `http://@127.0.0.1:${port}/`,
  ]

  test('are refused in every spelling, and nothing is connected to', async () => {
    await using server = await hello()
    await using policy = new HttpPolicy()
    for (const url of spellings(server.port)) {
      const error = await failing({ url }, policy, 'address')
      expect(error.name, url).toBe('HttpFinalError')
    }
    expect(server.connections()).toBe(0)
  })

  test('reach that server where the operator allows it, so the test above means something', async () => {
    await using server = await hello()
    await using policy = new HttpPolicy({ allow: ['127.0.0.1', '0.0.0.0'] })
    const reached = spellings(server.port).slice(0, 10)
    for (const url of reached) {
      expect(await guardedRequest({ url }, policy), url).toMatchObject({ body: 'hello' })
    }
  })

  test.each([
    ['http://[fe80::1%25eth0]/', 'url'],
    ['http://[fe80::1%eth0]/', 'url'],
    ['http://127.0.0.1%00.example.com/', 'url'],
    ['http://example.com@127.0.0.1/', 'credentials'],
    ['http://127.0.0.1:80@example.com/', 'credentials'],
    ['http://example.com:80\\@127.0.0.1/', 'address'],
  ] as const)('%s is refused: %s', async (url, reason) => {
    // of the last one the host is example.com
    const dns = fakeDns({ 'example.com': ['10.0.0.1'] })
    await using policy = new HttpPolicy({ lookup: dns.lookup })
    await failing({ url }, policy, reason)
  })
})

describe('names', () => {
  /** A server on each of these loopback addresses, all at one port. */
  async function serversAt(hosts: readonly string[]): Promise<TestServer[]> {
    const first = await serve((_, response) => response.end(hosts[0]), hosts[0])
    const rest = hosts
      .slice(1)
      .map((host) => serve((_, response) => response.end(host), host, first.port))
    return [first, ...(await Promise.all(rest))]
  }

  test('that resolve to internal addresses are not connected to', async () => {
    await using server = await hello()
    const dns = fakeDns({ 'evil.test': ['127.0.0.1'] })
    await using policy = new HttpPolicy({ lookup: dns.lookup })
    const error = await failing({ url: `http://evil.test:${server.port}/` }, policy, 'address')
    expect(error.message).not.toContain('127.0.0.1')
    expect(server.connections()).toBe(0)
  })

  test('with several addresses are connected to at those only that are open', async () => {
    const [inner, outer] = (await serversAt(['127.0.0.1', '127.0.0.2'])) as [TestServer, TestServer]
    await using _1 = inner
    await using _2 = outer
    const dns = fakeDns({ 'both.test': [['127.0.0.1', '::1', '127.0.0.2']] })
    await using policy = new HttpPolicy({ lookup: dns.lookup, allow: ['127.0.0.2'] })
    const result = await guardedRequest({ url: `http://both.test:${inner.port}/` }, policy)
    expect(result.body).toBe('127.0.0.2')
    expect(inner.connections()).toBe(0)
  })

  test('whose first address does not answer are tried at the next, which is looked at too', async () => {
    const [inner, outer] = (await serversAt(['127.0.0.1', '127.0.0.2'])) as [TestServer, TestServer]
    await using _1 = inner
    await using _2 = outer
    const dns = fakeDns({
      'next.test': [['127.0.0.3', '127.0.0.2']],
      'trap.test': [['127.0.0.3', '127.0.0.1']],
    })
    await using policy = new HttpPolicy({ lookup: dns.lookup, allow: ['127.0.0.2', '127.0.0.3'] })
    const url = (name: string) => `http://${name}:${inner.port}/`
    expect(await guardedRequest({ url: url('next.test') }, policy)).toMatchObject({
      body: '127.0.0.2',
    })
    await failing({ url: url('trap.test') }, policy, 'network')
    expect(inner.connections()).toBe(0)
  })

  test('are asked for once a connection, and an answer that changes is looked at again', async () => {
    const [inner, outer] = (await serversAt(['127.0.0.1', '127.0.0.2'])) as [TestServer, TestServer]
    await using _1 = inner
    await using _2 = outer
    const dns = fakeDns({ 'rebind.test': ['127.0.0.2', '127.0.0.1'] })
    await using policy = new HttpPolicy({ lookup: dns.lookup, allow: ['127.0.0.2'] })
    const url = `http://rebind.test:${inner.port}/`
    expect(await guardedRequest({ url }, policy)).toMatchObject({ body: '127.0.0.2' })
    expect(dns.asked).toEqual(['rebind.test'])
    await outer[Symbol.asyncDispose]()
    const again = await guardedRequest({ url }, policy).catch((error) => error)
    // the pool may notice only now that its connection was closed
    if (again.details.reason !== 'address') await failing({ url }, policy, 'address')
    expect(dns.asked).toEqual(['rebind.test', 'rebind.test'])
    expect(inner.connections()).toBe(0)
  })

  test('of the allow-list may resolve to anything that is not denied', async () => {
    await using server = await hello()
    const dns = fakeDns({ 'crm.internal': ['127.0.0.1'] })
    const allow = [`crm.internal:${server.port}`]
    await using policy = new HttpPolicy({ lookup: dns.lookup, allow })
    const request = { url: `http://crm.internal:${server.port}/` }
    expect(await guardedRequest(request, policy)).toMatchObject({ body: 'hello' })
    await using closed = new HttpPolicy({ lookup: dns.lookup, allow, deny: ['127.0.0.0/8'] })
    await failing(request, closed, 'denied')
    await using denied = new HttpPolicy({ lookup: dns.lookup, allow, deny: ['*.internal'] })
    await failing(request, denied, 'denied')
  })

  test('that do not resolve are a failure that may pass', async () => {
    await using policy = new HttpPolicy({ lookup: fakeDns({}).lookup })
    const error = await failing({ url: 'http://nobody.test/' }, policy, 'network')
    expect(error).toMatchObject({ name: 'HttpStepError', details: { cause: 'ENOTFOUND' } })
  })
})

describe('the connected socket', () => {
  const guard = new Guard({ allow: [], deny: [], internet: true })
  const options = { hostname: 'rebind.test', protocol: 'http:', port: '80' }

  function connect(base: Parameters<typeof guardConnector>[1]) {
    return new Promise<{ error: Error | null; socket: Socket | null }>((resolve) => {
      guardConnector(guard, base)(options, (error, socket) => resolve({ error, socket }))
    })
  }

  test('decides, whatever the name was said to resolve to', async () => {
    await using server = await hello()
    const opened: Socket[] = []
    const { error, socket } = await connect((_, callback) => {
      const socket = connectSocket(server.port, '127.0.0.1', () => callback(null, socket))
      opened.push(socket)
    })
    expect(error).toBeInstanceOf(TargetRefused)
    expect(socket).toBeNull()
    expect(opened[0]?.destroyed).toBe(true)
  })

  test('without an address, as one of Unix, is refused', async () => {
    const { error } = await connect((_, callback) =>
      callback(null, { remoteAddress: undefined, destroy: () => undefined } as unknown as Socket),
    )
    expect(error).toBeInstanceOf(TargetRefused)
  })

  test('with the same public address at both ends is one of this machine, and refused', async () => {
    const destroy = vi.fn()
    const own = { remoteAddress: '8.8.8.8', localAddress: '8.8.8.8', destroy } as unknown as Socket
    const { error } = await connect((_, callback) => callback(null, own))
    expect(error).toBeInstanceOf(TargetRefused)
    expect(destroy).toHaveBeenCalledOnce()
  })

  test('with a public address is handed on', async () => {
    const fine = { remoteAddress: '8.8.8.8', localAddress: '10.0.0.7' } as Socket
    const { error, socket } = await connect((_, callback) => callback(null, fine))
    expect([error, socket]).toEqual([null, fine])
  })
})
