import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { guardedRequest, HttpPolicy, type HttpRequest } from '../../../src/graph/http/index.ts'
import { encodePayload } from '../../../src/model/json.ts'
import { until } from '../../support/until.ts'
import { failing } from './failing.ts'
import { serve, serveRaw } from './servers.ts'

type Options = Omit<HttpRequest, 'url'>

const mebibyte = 1024 * 1024

/** The result of a request to a server that answers so. */
async function answer(handler: RequestListener, options: Options = {}) {
  await using server = await serve(handler)
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  return await guardedRequest({ url: server.url, ...options }, policy)
}

/** Awaits that a request to a server that answers so fails. */
async function fails(
  handler: RequestListener,
  reason: Parameters<typeof failing>[2],
  options: Options = {},
) {
  await using server = await serve(handler)
  await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
  return await failing({ url: server.url, ...options }, policy, reason)
}

const saying =
  (body: string | Buffer, type?: string, encoding?: string): RequestListener =>
  (_, response) => {
    if (type !== undefined) response.setHeader('content-type', type)
    if (encoding !== undefined) response.setHeader('content-encoding', encoding)
    response.end(body)
  }

test('a result is status, headers, body and time', async () => {
  const result = await answer((_, response) => {
    response.writeHead(404, 'Nope', {
      'X-One': 'a',
      'X-Two': ['b', 'c'],
      'Set-Cookie': ['d=1', 'e=2'],
      ['__proto__']: 'x',
    })
    response.end('not here')
  })
  expect(result).toEqual({
    status_code: 404,
    headers: expect.objectContaining({
      'x-one': 'a',
      'x-two': ['b', 'c'],
      'set-cookie': ['d=1', 'e=2'],
    }),
    body: 'not here',
    duration_ms: expect.any(Number),
  })
  expect(result.duration_ms).toBeGreaterThanOrEqual(0)
  expect(Object.getPrototypeOf(result.headers)).toBe(Object.prototype)
  expect(Object.getOwnPropertyDescriptor(result.headers, '__proto__')?.value).toBe('x')
})

describe('the body', () => {
  test.each([
    ['JSON', '{"a":[1]}', 'application/json', { a: [1] }],
    ['JSON with a charset', '{"a":1}', 'Application/JSON; charset=UTF-8', { a: 1 }],
    ['JSON of a kind', '{"a":1}', 'application/problem+json', { a: 1 }],
    ['JSON of old', '7', 'text/json', 7],
    ['a plain value', 'false', 'application/json', false],
    ['with a mark of its order', '\ufeff{"a":1}', 'application/json', { a: 1 }],
  ])('is parsed where it is %s', async (_what, text, type, body) => {
    expect(await answer(saying(text, type))).toMatchObject({
      body,
      text: text.replace('\ufeff', ''),
    })
  })

  test.each([
    ['of another type', '{"a":1}', 'text/plain'],
    ['of a type that only begins so', '{"a":1}', 'application/jsonl'],
    ['of no type', '{"a":1}', undefined],
    ['no JSON after all', '{"a":', 'application/json'],
    ['JSON with U+0000, which Postgres cannot keep', '{"a":"\\u0000"}', 'application/json'],
    ['JSON with half a pair', '{"a":"\\ud800"}', 'application/json'],
    ['JSON too deep for a run', '['.repeat(63) + ']'.repeat(63), 'application/json'],
    ['JSON that would overflow a stack', '['.repeat(300_000), 'application/json'],
  ])('stays text where it is %s', async (_what, text, type) => {
    const result = await answer(saying(text, type))
    expect(result.body).toBe(text)
    expect(result).not.toHaveProperty('text')
  })

  test('is parsed or not as the request says', async () => {
    const json = saying('{"a":1}', 'application/json')
    const plain = saying('{"a":1}', 'text/plain')
    expect((await answer(json, { response: 'text' })).body).toBe('{"a":1}')
    expect((await answer(plain, { response: 'json' })).body).toEqual({ a: 1 })
  })

  test('that must be JSON and is not fails, unless its status says what happened', async () => {
    const error = await fails(saying('<html>', 'text/html'), 'response', { response: 'json' })
    expect(error.name).toBe('HttpFinalError')
    const missing: RequestListener = (_, response) => response.writeHead(404).end('<html>')
    expect(await answer(missing, { response: 'json' })).toMatchObject({ body: '<html>' })
  })

  test('that is empty is null where it should be JSON', async () => {
    const empty: RequestListener = (_, response) => response.writeHead(204).end()
    expect((await answer(empty, { response: 'json' })).body).toBeNull()
    expect((await answer(empty)).body).toBe('')
    expect((await answer(saying('', 'application/json'))).body).toBeNull()
  })

  test.each([
    ['UTF-8', Buffer.from('grün €'), 'text/plain'],
    ['latin-1', Buffer.from('gr\xfcn', 'latin1'), 'text/plain; charset=iso-8859-1', 'grün'],
    ['quoted', Buffer.from('gr\xfcn', 'latin1'), 'text/plain; charset="latin1"', 'grün'],
    ['UTF-16', Buffer.from('grün', 'utf16le'), 'text/plain;charset=utf-16le', 'grün'],
    ['UTF-16 by its mark', Buffer.from('\ufeffgrün', 'utf16le'), 'text/plain', 'grün'],
    ['an unknown charset', Buffer.from('grün'), 'text/plain; charset=klingon', 'grün'],
    ['U+0000, which goes', Buffer.from('a\0b'), 'application/octet-stream', 'ab'],
    ['not its charset', Buffer.from([0x61, 0xff, 0x62]), 'text/plain', 'a\ufffdb'],
  ])('may be %s', async (_what, bytes, type, text = 'grün €') => {
    expect((await answer(saying(bytes, type))).body).toBe(text)
  })

  test.each([
    ['gzip', gzipSync('squeezed')],
    ['x-gzip', gzipSync('squeezed')],
    ['deflate', deflateSync('squeezed')],
    ['br', brotliCompressSync('squeezed')],
    ['GZIP , identity', gzipSync('squeezed')],
    ['gzip, br', brotliCompressSync(gzipSync('squeezed'))],
  ])('is decoded: %s', async (encoding, bytes) => {
    expect((await answer(saying(bytes, 'text/plain', encoding))).body).toBe('squeezed')
  })

  test('may be missing though its coding is named', async () => {
    const empty: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end()
    expect((await answer(empty)).body).toBe('')
    expect((await answer(empty, { method: 'HEAD' })).body).toBe('')
    const brotli: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end()
    expect((await answer(brotli)).body).toBe('')
    expect((await answer(brotli, { method: 'HEAD' })).body).toBe('')
  })

  test.each(['compress', 'zstd', 'constructor', 'gzip, gzip, gzip'])(
    'of coding %s is refused',
    async (encoding) => {
      const error = await fails(saying('x', 'text/plain', encoding), 'response')
      expect(error.name).toBe('HttpFinalError')
    },
  )

  test('that is wrongly encoded may come right the next time', async () => {
    const wrong = await fails(saying('no gzip', 'text/plain', 'gzip'), 'network')
    expect(wrong.name).toBe('HttpStepError')
    const cut = gzipSync('squeezed'.repeat(100)).subarray(0, 20)
    await fails(saying(cut, 'text/plain', 'gzip'), 'network')
    await fails(saying('no brotli', 'text/plain', 'br'), 'network')
  })
})

describe('a response that is too large', () => {
  const long = 'abcdefghij'.repeat(10)

  test('fails, or is cut where that is wanted', async () => {
    const error = await fails(saying(long), 'too_large', { maxResponseBytes: 99 })
    expect(error.name).toBe('HttpFinalError')
    const cut = await answer(saying(long), { maxResponseBytes: 99, onTooLarge: 'truncate' })
    expect(cut).toMatchObject({ body: long.slice(0, 99), truncated: true })
    const whole = await answer(saying(long), { maxResponseBytes: 100, onTooLarge: 'truncate' })
    expect(whole.body).toBe(long)
    expect(whole).not.toHaveProperty('truncated')
  })

  test('is cut between characters', async () => {
    const options = { maxResponseBytes: 5, onTooLarge: 'truncate' as const }
    expect((await answer(saying('€€€'), options)).body).toBe('€')
  })

  test('and JSON is text once it is cut', async () => {
    const options = { maxResponseBytes: 10, onTooLarge: 'truncate' as const }
    const result = await answer(saying(JSON.stringify([long]), 'application/json'), options)
    expect(result).toMatchObject({ body: '["abcdefgh', truncated: true })
  })

  test('ends its connection: an endless one is not read on', async () => {
    await using server = await serve((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    await failing({ url: server.url }, policy, 'too_large')
    await until('the connection is closed', () => server.open() === 0)
  })

  test.each([
    ['gzip', gzipSync(Buffer.alloc(64 * mebibyte))],
    ['br', brotliCompressSync(Buffer.alloc(64 * mebibyte))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * mebibyte)))],
  ])('is a bomb of %s: what it becomes counts', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(mebibyte)
    await fails(saying(bomb, 'text/plain', encoding), 'too_large')
    const options = { maxResponseBytes: 100, onTooLarge: 'truncate' as const }
    const cut = await answer(saying(bomb, 'text/plain', encoding), options)
    expect(cut).toMatchObject({ body: '', truncated: true }) // a hundred U+0000
  })

  test.each([
    ['on the wire', 'gzip', (endless: Buffer) => endless],
    ['within another coding', 'gzip, gzip', (endless: Buffer) => gzipSync(endless)],
  ])('may become nothing at all: empty blocks count %s', async (_what, encoding, wrap) => {
    const header = gzipSync('').subarray(0, 10)
    const blocks = Buffer.alloc(5 * 100_000, Buffer.from([0, 0, 0, 0xff, 0xff]))
    const endless = wrap(Buffer.concat([header, blocks]))
    const options = { maxResponseBytes: 1000 }
    await fails(saying(endless, 'text/plain', encoding), 'too_large', options)
  })

  test('in pieces of a byte takes no more memory than in one', async () => {
    const pieces = 300_000
    await using server = await serveRaw((socket) => {
      socket.once('data', () => {
        const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
        socket.end(`${head}${'1\r\nx\r\n'.repeat(pieces)}0\r\n\r\n`)
      })
    })
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    const { body } = await guardedRequest({ url: server.url }, policy)
    expect(String(body).length).toBe(pieces)
  })
})

describe('a result', () => {
  const json = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) })

  test('drops the text beside a parsed body where a step could not keep both', async () => {
    const result = await answer(saying(json(mebibyte / 2), 'application/json'))
    expect(result).not.toHaveProperty('text')
    expect(result.body).toEqual({ a: expect.any(String) })
    expect(result).not.toHaveProperty('truncated')
    expect(encodePayload(result, { what: 'it' })).not.toBeNull()
  })

  test('that a step could not keep fails, or is cut', async () => {
    const quotes = '"'.repeat(mebibyte) // twice as long as JSON
    await fails(saying(quotes), 'too_large')
    const cut = await answer(saying(quotes), { onTooLarge: 'truncate' })
    expect(cut.truncated).toBe(true)
    const size = Buffer.byteLength(encodePayload(cut, { what: 'it' }) as string)
    expect(size).toBeLessThanOrEqual(mebibyte)
    expect(size).toBeGreaterThan(mebibyte - 10)
    const pairs = await answer(saying('😀'.repeat(mebibyte / 4)), { onTooLarge: 'truncate' })
    expect(encodePayload(pairs, { what: 'it' })).not.toBeNull()
    expect(pairs.truncated).toBe(true)
  })

  test('may be larger where the caller can keep it', async () => {
    const options = { maxResultBytes: 4 * mebibyte }
    const result = await answer(saying(json(mebibyte), 'application/json'), options)
    expect(result.text?.length).toBe(mebibyte)
  })
})

describe('headers of a response', () => {
  test('that are too large fail for good', async () => {
    const huge: RequestListener = (_, response) => {
      response.writeHead(200, { 'x-huge': 'x'.repeat(17_000) }).end()
    }
    const error = await fails(huge, 'response')
    expect(error.name).toBe('HttpFinalError')
  })

  test('without end are cut off', async () => {
    await using server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = () => {
        while (socket.writable && socket.write(`x-${'y'.repeat(100)}: z\r\n`));
      }
      socket.on('drain', more)
      more()
    })
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    await failing({ url: server.url }, policy, 'response')
    await until('the connection is closed', () => server.open() === 0)
  })

  test('after the body count, too', async () => {
    await using server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n')
      const more = () => {
        while (socket.writable && socket.write(`x-${'y'.repeat(100)}: z\r\n`));
      }
      socket.on('drain', more)
      more()
    })
    await using policy = new HttpPolicy({ allow: ['127.0.0.1'] })
    await failing({ url: server.url }, policy, 'response')
    await until('the connection is closed', () => server.open() === 0)
  })

  test('may be larger where the operator says so', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'x-huge': 'x'.repeat(17_000) }).end('fine')
    })
    const options = { allow: ['127.0.0.1'], maxResponseHeaderBytes: 32_768 }
    await using policy = new HttpPolicy(options)
    expect(await guardedRequest({ url: server.url }, policy)).toMatchObject({ body: 'fine' })
  })
})
