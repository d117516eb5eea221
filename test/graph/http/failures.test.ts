import { createServer } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import {
  guardedRequest,
  HttpPolicy,
  type HttpRequest,
  isHttpError,
  isRetryableHttpError,
} from '../../../src/graph/http/index.ts'
import { readRetryAfter } from '../../../src/graph/http/retry-after.ts'
import { DEFAULT_RETRY } from '../../../src/model/backoff.ts'
import { toFailure } from '../../../src/model/failure.ts'
import { retryDelay } from '../../../src/workflow/retry-delay.ts'
import { until } from '../../support/until.ts'
import { failing } from './failing.ts'
import { serve, serveRaw } from './servers.ts'

const loopback = (more: object = {}) => new HttpPolicy({ allow: ['127.0.0.1'], ...more })
const retry = { ...DEFAULT_RETRY, jitter: false }

/** What the engine waits after the first attempt of a step with this error; null for no further one. */
const delayAfter = (error: unknown) => retryDelay(retry, error, 1, new Date())

/** A server that answers with a status. */
const answering = (status: number, headers: Record<string, string> = {}, body = 'what happened') =>
  serve((_, response) => response.writeHead(status, headers).end(body))

async function attempt(status: number, options: Omit<HttpRequest, 'url'> = {}, headers = {}) {
  await using server = await answering(status, headers)
  await using policy = loopback()
  return await guardedRequest({ url: server.url, ...options }, policy).catch((error) => error)
}

describe('statuses', () => {
  test.each([200, 201, 204, 302, 304, 400, 401, 404, 409, 418, 422, 499])(
    '%d is a result',
    async (status) => {
      expect(await attempt(status)).toMatchObject({ status_code: status })
    },
  )

  test.each([429, 500, 502, 503, 504, 599])(
    '%d is tried again after the backoff',
    async (status) => {
      const error = await attempt(status)
      expect(error).toMatchObject({
        name: 'HttpStepError',
        code: 'HTTP_STEP_ERROR',
        details: { reason: 'status', status_code: status, body: 'what happened', method: 'GET' },
      })
      expect(error.message).toMatch(
        `answered ${status}, which is not expected: "what happened". (GET `,
      )
      expect(isRetryableHttpError(error)).toBe(true)
      expect(delayAfter(error)).toBe(1000)
    },
  )

  test('those that are expected are results, whatever they say', async () => {
    expect(await attempt(503, { expect: [200, 503] })).toMatchObject({ status_code: 503 })
    expect(await attempt(429, { expect: [429] })).toMatchObject({ status_code: 429 })
  })

  test.each([
    [404, [200], null],
    [200, [201], null],
    [302, [200], null],
    [500, [200], 1000],
    [429, [200], 1000],
  ])('%d where %j is expected fails; next attempt: %s', async (status, expected, delay) => {
    const error = await attempt(status, { expect: expected })
    expect(error.details).toMatchObject({ code: 'HTTP_STEP_ERROR', status_code: status })
    expect(delayAfter(error)).toBe(delay)
    expect(isRetryableHttpError(error)).toBe(delay !== null)
  })

  test('that fail say so even if their body cannot be read', async () => {
    const headers = { 'content-encoding': 'gzip' }
    expect(await attempt(503, {}, headers)).toMatchObject({ details: { status_code: 503 } })
    const strange = { 'content-encoding': 'strange' }
    expect(await attempt(503, {}, strange)).toMatchObject({ details: { status_code: 503 } })
  })

  test('become failures of a run with their code', async () => {
    const failure = toFailure(await attempt(500), { stepId: 'call', attempt: 1 })
    expect(failure).toMatchObject({ code: 'HTTP_STEP_ERROR', name: 'HttpStepError' })
  })
})

describe('Retry-After', () => {
  test('of 429 and 5xx is when the next attempt comes', async () => {
    const error = await attempt(429, {}, { 'retry-after': '7' })
    expect(error).toMatchObject({ name: 'HttpRetryAfterError', code: 'HTTP_STEP_ERROR' })
    expect(error.details).toMatchObject({ reason: 'status', retry_after_ms: 7000 })
    expect(isHttpError(error)).toBe(true)
    expect(delayAfter(error)).toBe(7000)
    expect(delayAfter(await attempt(503, {}, { 'retry-after': '2' }))).toBe(2000)
  })

  test('as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString()
    const delay = delayAfter(await attempt(503, {}, { 'retry-after': date })) as number
    expect(delay).toBeGreaterThan(50_000)
    expect(delay).toBeLessThanOrEqual(60_000)
  })

  test('does not make a status retryable that is not', async () => {
    const error = await attempt(404, { expect: [200] }, { 'retry-after': '7' })
    expect(delayAfter(error)).toBeNull()
  })

  test('is bounded by the operator', async () => {
    await using server = await answering(429, { 'retry-after': '99999999999' })
    await using usual = loopback()
    const hour = await failing({ url: server.url }, usual, 'status')
    expect(delayAfter(hour)).toBe(3_600_000)
    await using short = loopback({ maxRetryAfter: '5 s' })
    expect(delayAfter(await failing({ url: server.url }, short, 'status'))).toBe(5000)
  })

  const now = Date.UTC(2026, 0, 1)
  test.each([
    ['120', 120_000],
    [' 1 ', 1000],
    ['0', null],
    ['-5', null],
    ['1.5', null],
    ['1e3', null],
    ['soon', null],
    ['', null],
    ['2026-01-01T00:01:00Z', null],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['Thu Jan  1 00:01:00 2026', 60_000],
    ['Thu, 01 Jan 2026 99:99:99 GMT', null],
    ['Wed, 31 Dec 2025 23:59:00 GMT', null],
    [['1', '2'], null],
    [undefined, null],
    ['9'.repeat(400), 3_600_000],
  ])('%j is %s ms', (text, ms) => {
    vi.stubEnv('TZ', 'Asia/Tokyo')
    try {
      expect(readRetryAfter(text, now, 3_600_000)).toBe(ms)
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('the network', () => {
  test('a connection that is refused', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    await using policy = loopback()
    const error = await failing({ url: `http://127.0.0.1:${port}/` }, policy, 'network')
    expect(error.details.cause).toBe('ECONNREFUSED')
    expect(delayAfter(error)).toBe(1000)
    expect(error.cause).toBeUndefined()
  })

  test.each([
    ['before its answer', ''],
    ['within its status', 'HTTP/1.1 200'],
    ['within its headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['within its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ['with something else than HTTP', 'SSH-2.0-OpenSSH_9\r\n'],
    ['with an answer to what was not asked', 'HTTP/1.1 100 Continue\r\n\r\n'],
    [
      'with another protocol',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    ],
  ])('a server that ends %s', async (_what, said) => {
    await using server = await serveRaw((socket) => socket.once('data', () => socket.end(said)))
    await using policy = loopback()
    const error = await failing({ url: server.url }, policy, 'network')
    expect(error).toMatchObject({ name: 'HttpStepError', code: 'HTTP_STEP_ERROR' })
    expect(delayAfter(error)).toBe(1000)
  })
})

describe('the time-out', () => {
  const dripping = (start: string, drop: string) =>
    serveRaw((socket) => {
      socket.write(start, 'latin1')
      const drip = setInterval(() => socket.write(drop, 'latin1'), 10)
      socket.on('close', () => clearInterval(drip))
    })

  test.each([
    ['no answer', '', ''],
    ['headers that drip', 'HTTP/1.1 200 OK\r\n', 'x'],
    ['provisional answers without end', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['a body that drips', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'x'],
    ['a chunk that never begins', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'x'],
    ['a reason that drips', 'HTTP/1.1 200 ', 'x'],
    ['chunks that drip', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
    [
      'a coding that drips',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n\x1f\x8b\b\0\0\0\0\0\0\0',
      '\0\0\0\xff\xff',
    ],
    ['an error that drips', 'HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n', 'x'],
    [
      'a redirect that drips',
      'HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 9999\r\n\r\n',
      'x',
    ],
  ])('ends %s', async (_what, start, drop) => {
    await using server = await dripping(start, drop)
    await using policy = loopback()
    const began = performance.now()
    const error = await failing({ url: server.url, timeout: '200 ms' }, policy, 'timeout')
    expect(performance.now() - began).toBeLessThan(5000)
    expect(error).toMatchObject({ name: 'HttpStepError', code: 'HTTP_STEP_TIMEOUT' })
    expect(error.details.code).toBe('HTTP_STEP_TIMEOUT')
    expect(error.message).toMatch('The request took longer than 200 ms.')
    expect(delayAfter(error)).toBe(1000)
    await until('the connection is closed', () => server.open() === 0)
  })

  test('ends a lookup that never answers', async () => {
    await using policy = new HttpPolicy({ lookup: () => new Promise(() => undefined) })
    const began = performance.now()
    const request = { url: 'http://slow.test/', timeout: '100 ms' }
    expect(await failing(request, policy, 'timeout')).toMatchObject({ code: 'HTTP_STEP_TIMEOUT' })
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('is of all redirects together', async () => {
    await using server = await serve((request, response) => {
      const turn = setInterval(() => {
        clearInterval(turn)
        response.writeHead(302, { location: `${request.url}x` }).end()
      }, 100)
    })
    await using policy = loopback()
    await failing({ url: server.url, timeout: '250 ms' }, policy, 'timeout')
  })

  test('is the policy’s where the request has none', async () => {
    await using server = await dripping('', '')
    await using policy = loopback({ timeout: '50 ms' })
    await failing({ url: server.url }, policy, 'timeout')
  })
})

describe('a signal', () => {
  const reason = new Error('The step has ended.')

  test('that is aborted already sends nothing', async () => {
    await using server = await answering(200)
    await using policy = loopback()
    const request = { url: server.url, signal: AbortSignal.abort(reason) }
    await expect(guardedRequest(request, policy)).rejects.toBe(reason)
    expect(server.connections()).toBe(0)
  })

  test.each([
    ['before the answer', ''],
    ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf'],
    ['within an error', 'HTTP/1.1 500 OK\r\nContent-Length: 1000\r\n\r\nhalf'],
  ])('ends the request %s, and its connection', async (_what, said) => {
    const aborter = new AbortController()
    await using server = await serveRaw((socket) => {
      socket.once('data', () => socket.write(said))
    })
    await using policy = loopback()
    const ended = guardedRequest({ url: server.url, signal: aborter.signal }, policy)
    const settled = vi.fn()
    ended.then(settled, settled)
    await until('it is connected', () => server.open() === 1)
    expect(settled).not.toHaveBeenCalled()
    aborter.abort(reason)
    await expect(ended).rejects.toBe(reason)
    await until('the connection is closed', () => server.open() === 0)
  })

  test('ends a request that waits for a lookup', async () => {
    const aborter = new AbortController()
    await using policy = new HttpPolicy({
      lookup: () => {
        aborter.abort(reason)
        return new Promise(() => undefined)
      },
    })
    const request = { url: 'http://slow.test/', signal: aborter.signal }
    await expect(guardedRequest(request, policy)).rejects.toBe(reason)
  })

  test('is left without a listener', async () => {
    await using server = await answering(200)
    await using policy = loopback()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const added = vi.spyOn(signal, 'addEventListener')
    await guardedRequest({ url: server.url, signal }, policy)
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
  })
})
