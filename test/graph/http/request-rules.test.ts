import { describe, expect, test } from 'vitest'
import { guardedRequest, HttpPolicy, type HttpRequest } from '../../../src/graph/http/index.ts'
import { failing } from './failing.ts'
import { bodyOf, serve } from './servers.ts'

/** A server that answers with what it got. */
const echo = () =>
  serve(async (request, response) => {
    const { method, url, rawHeaders } = request
    const body = await bodyOf(request)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, url, rawHeaders, headers: request.headers, body }))
  })

type Echo = { method: string; url: string; headers: Record<string, string>; body: string }

async function sent(request: Omit<HttpRequest, 'url'>, path = '/'): Promise<Echo> {
  await using server = await echo()
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  return (await guardedRequest({ ...request, url: server.url + path }, policy)).body as Echo
}

async function refused(request: unknown, reason: Parameters<typeof failing>[2]) {
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  const error = await failing(request as HttpRequest, policy, reason)
  expect(error).toMatchObject({ name: 'HttpFinalError', code: 'HTTP_STEP_ERROR' })
  return error
}

describe('the URL', () => {
  test.each([
    ['ftp://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://127.0.0.1:6379/_INFO', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['ws://example.com/', 'scheme'],
    ['unix:///var/run/docker.sock', 'scheme'],
    ['https://user:pass@example.com/', 'credentials'],
    ['https://user@example.com/', 'credentials'],
    ['https://:pass@example.com/', 'credentials'],
    ['/relative', 'url'],
    ['example.com', 'url'],
    ['https://', 'url'],
    ['', 'url'],
    ['https://exa mple.com/', 'url'],
    ['http://127.0.0.1:99999/', 'url'],
    ['http://127.0.0.1/\r\nX-Evil: 1', 'url'],
    ['http://127.0.0.1/\tx', 'url'],
    ['http://127.0.0.1/\0', 'url'],
    [`https://example.com/${'x'.repeat(8192)}`, 'url'],
    [undefined, 'url'],
    [7, 'url'],
  ] as const)('%s is refused: %s', async (url, reason) => {
    await refused({ url }, reason)
  })

  test('may have blanks around it, as texts of YAML do', async () => {
    await using server = await echo()
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    const { body } = await guardedRequest({ url: ` ${server.url}/a\n` }, policy)
    expect(body).toMatchObject({ url: '/a' })
  })

  test('keeps a path that looks like another host', async () => {
    expect(await sent({}, '//169.254.169.254/x')).toMatchObject({ url: '//169.254.169.254/x' })
  })

  test('keeps its path and query, without the fragment', async () => {
    expect(await sent({}, '/a%20b/../c?x=1&y=%2F#z')).toMatchObject({ url: '/c?x=1&y=%2F' })
  })
})

describe('the method', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is sent', async (method) => {
    expect(await sent({ method: method.toLowerCase() })).toMatchObject({ method })
  })

  test.each(['TRACE', 'CONNECT', 'PROPFIND', 'GET / HTTP/1.1\r\nX: 1', '', 7])(
    '%j is refused',
    async (method) => {
      await refused({ url: 'https://example.com', method }, 'method')
    },
  )

  test('is one that the operator lets documents use', async () => {
    await using policy = new HttpPolicy({ methods: ['GET'] })
    const error = await failing({ url: 'https://x.test', method: 'POST' }, policy, 'method')
    expect(error.message).toBe('The method "POST" must be one of GET. Change it.')
    expect(() => new HttpPolicy({ methods: ['TRACE'] })).toThrow('methods')
  })
})

describe('headers', () => {
  test('are sent in small letters, plain values as text', async () => {
    const { headers } = await sent({
      headers: { 'X-Text': ' a ', 'X-Number': 7, 'X-Flag': true, 'X-None': undefined },
    })
    expect(headers).toMatchObject({ 'x-text': 'a', 'x-number': '7', 'x-flag': 'true' })
    expect(headers).not.toHaveProperty('x-none')
  })

  test('carry the letters of latin-1 as one byte each', async () => {
    const { headers } = await sent({ headers: { 'x-a': 'gr\u00fcn' } })
    expect(headers['x-a']).toBe('gr\u00fcn')
  })

  test('have defaults, which a request may replace', async () => {
    const usual = await sent({})
    expect(usual.headers).toMatchObject({
      accept: '*/*',
      'accept-encoding': 'gzip, br',
      'user-agent': 'millrace',
    })
    const own = { Accept: 'text/html', 'ACCEPT-ENCODING': 'identity', 'user-agent': 'mine' }
    expect((await sent({ headers: own })).headers).toMatchObject({
      accept: 'text/html',
      'accept-encoding': 'identity',
      'user-agent': 'mine',
    })
  })

  test.each([
    ['a line break in a value', { 'x-a': 'b\r\nx-evil: 1' }],
    ['a line feed in a value', { 'x-a': 'b\nx-evil: 1' }],
    ['a carriage return in a value', { 'x-a': 'b\rx-evil: 1' }],
    ['a line feed at the end', { 'x-a': 'b\n' }],
    ['U+0000 in a value', { 'x-a': 'b\0' }],
    ['another control character', { 'x-a': 'b\x7f' }],
    ['letters that become a line break in one byte', { 'x-a': 'b\u010d\u010ax-evil: 1' }],
    ['other letters than latin-1', { 'x-a': '→' }],
    ['a line break in a name', { 'x-a\r\nx-evil': '1' }],
    ['a colon in a name', { 'x-a: 1': '1' }],
    ['a blank in a name', { 'x a': '1' }],
    ['an empty name', { '': '1' }],
    ['a name of HTTP/2', { ':authority': 'evil' }],
    ['a name in other scripts', { ｈost: 'evil' }],
    ['a name twice', { 'X-A': '1', 'x-a': '2' }],
    ['Host', { Host: 'internal' }],
    ['Content-Length', { 'content-length': '0' }],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }],
    ['Connection', { connection: 'x-a' }],
    ['Keep-Alive', { 'keep-alive': 'timeout=1000' }],
    ['TE', { te: 'trailers' }],
    ['Trailer', { trailer: 'x' }],
    ['Upgrade', { upgrade: 'websocket' }],
    ['Expect', { expect: '100-continue' }],
    ['HTTP2-Settings', { 'http2-settings': 'x' }],
    ['Proxy-Authorization', { 'proxy-authorization': 'x' }],
    ['Proxy-Authenticate', { 'proxy-authenticate': 'x' }],
    ['Proxy-Connection', { 'proxy-connection': 'x' }],
    ['a list as a value', { 'x-a': ['1'] }],
    ['null as a value', { 'x-a': null }],
    ['a list', ['x-a: 1']],
    ['a text', 'x-a: 1'],
    ['too many', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x-${i}`, '1']))],
    ['too many bytes', { 'x-a': 'a'.repeat(16_384) }],
  ])('with %s are refused, and the value is not shown', async (_what, headers) => {
    const error = await refused({ url: 'https://example.com', headers }, 'header')
    expect(error.message).not.toMatch(/x-evil: 1|chunked/)
  })

  test('may be as many as the operator says', async () => {
    await using policy = new HttpPolicy({ maxHeaders: 1, maxHeaderBytes: 20 })
    const url = 'https://x.test'
    await failing({ url, headers: { a: '1', b: '1' } }, policy, 'header')
    await failing({ url, headers: { a: '1'.repeat(16) } }, policy, 'header')
  })
})

describe('the body', () => {
  test.each([
    ['a text', 'hällo', undefined, 'hällo', 'text/plain;charset=UTF-8'],
    ['a text of another type', '<a/>', 'text/xml', '<a/>', 'text/xml'],
    ['an object', { a: [1, null] }, undefined, '{"a":[1,null]}', 'application/json'],
    ['a list', [1], undefined, '[1]', 'application/json'],
    ['a number', 0, undefined, '0', 'application/json'],
    ['false', false, undefined, 'false', 'application/json'],
    ['JSON of another type', { a: 1 }, 'application/ld+json', '{"a":1}', 'application/ld+json'],
    [
      'a form',
      { a: 'x y', b: 1, c: null, d: '&' },
      'application/x-www-form-urlencoded',
      'a=x+y&b=1&d=%26',
      'application/x-www-form-urlencoded',
    ],
  ])('is %s', async (_what, body, type, text, sentType) => {
    const headers = type === undefined ? {} : { 'Content-Type': type }
    const echoed = await sent({ method: 'POST', body, headers })
    expect(echoed.body).toBe(text)
    expect(echoed.headers['content-type']).toBe(sentType)
    expect(echoed.headers['content-length']).toBe(String(Buffer.byteLength(text)))
  })

  test.each([[undefined], [null]])('is none for %s', async (body) => {
    const { headers } = await sent({ method: 'POST', body })
    expect(headers).toMatchObject({ 'content-length': '0' })
    expect(headers).not.toHaveProperty('content-type')
  })

  test.each([
    ['of GET', { body: 'x' }],
    ['of HEAD', { method: 'HEAD', body: 'x' }],
    ['with what JSON loses', { method: 'POST', body: { a: 10n } }],
    ['that is too large', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }],
    ['that is too large in bytes', { method: 'POST', body: 'ä'.repeat(1024 * 512 + 1) }],
    ['that is too large as JSON', { method: 'POST', body: ['x'.repeat(1024 * 1024)] }],
  ])('%s is refused', async (_what, request) => {
    await refused({ url: 'https://example.com', ...request }, 'body')
  })

  test.each([[['a']], [{ a: { b: 1 } }], [{}], [7]])('as a form cannot be %j', async (body) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    await refused({ url: 'https://example.com', method: 'POST', headers, body }, 'body')
  })
})

describe('the idempotency key', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('goes with %s', async (method) => {
    const { headers } = await sent({ method, idempotencyKey: 'run-7:charge' })
    expect(headers['idempotency-key']).toBe('run-7:charge')
  })

  test.each(['GET', 'OPTIONS'])('does not go with %s', async (method) => {
    const { headers } = await sent({ method, idempotencyKey: 'run-7:charge' })
    expect(headers).not.toHaveProperty('idempotency-key')
  })

  test('gives way to one of the document', async () => {
    const headers = { 'Idempotency-Key': 'order-7' }
    const echoed = await sent({ method: 'POST', idempotencyKey: 'run-7', headers })
    expect(echoed.headers['idempotency-key']).toBe('order-7')
  })

  test('cannot break out of its header', async () => {
    const request = { url: 'https://x.test', method: 'POST', idempotencyKey: 'a\r\nb: c' }
    await refused(request, 'header')
  })
})

describe('options', () => {
  test.each([
    ['timeout', { timeout: 'soon' }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: '11 minutes' }],
    ['expect', { expect: [] }],
    ['expect', { expect: ['200'] }],
    ['expect', { expect: [100] }],
    ['expect', { expect: 200 }],
    ['response', { response: 'xml' }],
    ['onTooLarge', { onTooLarge: 'cut' }],
    ['maxResponseBytes', { maxResponseBytes: 1024 * 1024 + 1 }],
    ['maxResponseBytes', { maxResponseBytes: 0 }],
    ['maxResultBytes', { maxResultBytes: 1 }],
    ['maxRedirects', { maxRedirects: 6 }],
    ['maxRedirects', { maxRedirects: -1 }],
    ['redact', { redact: 'secret' }],
    ['redact', { redact: [7] }],
    ['follow', { follow: true }],
  ])('%s is refused: %j', async (name, options) => {
    const error = await refused({ url: 'https://example.com', ...options }, 'option')
    expect(error.message).toContain(name)
  })

  test.each([
    [{ allows: [] }],
    [{ allow: 'crm.internal' }],
    [{ internet: 'no' }],
    [{ maxConnections: 0 }],
    [{ maxResponseBytes: 1.5 }],
    [{ userAgent: 'a\nb' }],
    [{ userAgent: 7 }],
    [{ ca: 'no certificate' }],
    [{ ca: [7] }],
    [{ timeout: 'soon' }],
    [{ timeout: '2 s', maxTimeout: '1 s' }],
    [{ maxTimeout: '60 days' }],
    [{ lookup: 'dns' }],
  ])('of a policy are refused: %j', (options) => {
    expect(() => new HttpPolicy(options as object)).toThrow(/HTTP policy|duration/)
  })
})
