import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { camel, snake } from '../../../src/client/http/names.ts'
import { errorOf } from '../../../src/client/http/problem.ts'
import { type Message, readMessages } from '../../../src/client/http/sse.ts'
import {
  PermissionError,
  RateLimitedError,
  RequestError,
  UnavailableError,
  WorkflowEngineError,
} from '../../../src/model/errors.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** All that a file imports when it is run, itself through others; packages by their names. */
function imported(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  // examples in comments import files of the reader's
  const text = readFileSync(join(root, file), 'utf8').replace(/^\s*\*.*$/gm, '')
  const statements = text.matchAll(
    /(?:^|\n)(?:import|export)(?! type\b)\s[^'"`;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
  )
  for (const [, a, b, c] of statements) {
    const target = (a ?? b ?? c) as string
    if (target.startsWith('.')) imported(join(dirname(file), target), seen)
    else seen.add(target)
  }
  return seen
}

test('the client needs nothing but what browsers have', () => {
  const all = [...imported('src/client/http/index.ts')]
  expect(all.filter((one) => !one.startsWith('src/'))).toEqual([])
  expect(all.filter((one) => /^src\/(kernel|worker|server)\//.test(one))).toEqual([])
  expect(all.length).toBeGreaterThan(20)
  // and the test can tell: the client of the database needs pg
  expect([...imported('src/client/index.ts')]).toContain('pg')
})

describe('server-sent events', () => {
  /** Never aborted. */
  const open = new AbortController().signal
  async function read(parts: readonly Uint8Array[]): Promise<Message[]> {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        controller.close()
      },
    })
    const all: Message[] = []
    for await (const message of readMessages(body, () => {}, open)) all.push(message)
    return all
  }
  test('end with their signal, also where the body does not', async () => {
    const stop = new AbortController()
    const gone: unknown[] = []
    const body = new ReadableStream<Uint8Array>({ cancel: (reason) => void gone.push(reason) })
    const reading = readMessages(body, () => {}, stop.signal).next()
    stop.abort()
    expect(await reading).toEqual({ done: true, value: undefined })
    expect(gone).toHaveLength(1)
  })

  const bytes = (text: string) => new TextEncoder().encode(text)
  const wanted = [
    { id: '1-r-0', event: 'log', data: '{"a":"ä€😀"}' },
    { id: null, event: 'message', data: 'two\nlines' },
    { id: '2', event: 'x', data: '' },
  ]
  const text = [
    ...['retry: 1000', ': open', '', 'id: 1-r-0', 'event: log', 'data: {"a":"ä€😀"}', ''],
    ...['data:two', 'data: lines', 'nonsense', '', 'id:2', 'event: x', 'data', '', 'data: cut off'],
  ]

  test.each(['\n', '\r\n', '\r'])(
    'are read wherever they are cut, with lines that end with %j',
    async (end) => {
      const all = bytes(text.join(end))
      expect(await read([all])).toEqual(wanted)
      expect(await read(Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(wanted)
      for (let cut = 1; cut < all.length; cut += 7)
        expect(await read([all.slice(0, cut), all.slice(cut)])).toEqual(wanted)
    },
  )

  test('let go of their connection when their reader goes', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes('data: 1\n\ndata: 2\n\n')),
      cancel: () => {
        cancelled = true
      },
    })
    for await (const _ of readMessages(body, () => {}, open)) break
    expect(cancelled).toBe(true)
  })
})

test('names are turned, data are not', () => {
  const given = { eventName: 'a', data: { bC: 1 } }
  expect(snake(given)).toEqual({ event_name: 'a', data: { bC: 1 } })
  const answer = { started_at: '1970-01-01T00:00:00Z', own_data: { b_c: 1 }, list: [{ x_y: null }] }
  expect(camel(answer, { opaque: ['own_data'] })).toEqual({
    ...{ startedAt: new Date(0), ownData: { b_c: 1 }, list: [{ xY: null }] },
  })
})

test('answers of what stands before the server become errors of their kind', async () => {
  const of = (status: number, body = '<html>', headers = {}) =>
    errorOf(new Response(body, { status, headers }))
  expect(await of(502)).toBeInstanceOf(UnavailableError)
  expect(await of(403)).toBeInstanceOf(PermissionError)
  expect(await of(404)).toBeInstanceOf(RequestError)
  expect(await of(500)).toMatchObject({ code: 'MR099' })
  expect(await of(429, '', { 'retry-after': '7' })).toMatchObject({ retryAfter: 7000 })
  expect(await of(429, '')).toBeInstanceOf(RateLimitedError)
  const later = JSON.stringify({ code: 'MR777', detail: 'of a newer server' })
  const unknown = await of(409, later)
  expect(unknown).toBeInstanceOf(WorkflowEngineError)
  expect(unknown).toMatchObject({ code: 'MR777', message: 'of a newer server' })
})
