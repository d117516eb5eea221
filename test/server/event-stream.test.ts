import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/model/errors.ts'
import type { RunEvent } from '../../src/model/run-event.ts'
import { eventStream } from '../../src/server/events/event-stream.ts'
import { OpenStreams } from '../../src/server/events/open-streams.ts'
import { until } from '../support/until.ts'

function event(id: string, data?: RunEvent['data']): RunEvent {
  return { id, type: 'log', runId: 'r', at: '2026-01-01T00:00:00.000Z', ...(data && { data }) }
}

async function* some(count: number): AsyncGenerator<RunEvent> {
  for (let i = 0; i < count; i++) yield event(`${i}-r-0`, { line: 'a\nb\r\n\n: c' })
}

async function* never(): AsyncGenerator<RunEvent> {
  await new Promise(() => {})
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text()

describe('the body of server-sent events', () => {
  test('has ids, names, data in one line each, and ends with its source', async () => {
    let ends = 0
    const text = await textOf(eventStream(some(2), { onEnd: () => ends++ }))
    const blocks = text.split('\n\n')
    expect(blocks[0]).toBe('retry: 1000\n: open')
    const lines = (blocks[1] as string).split('\n')
    expect(lines.slice(0, 2)).toEqual(['id: 0-r-0', 'event: log'])
    expect(lines).toHaveLength(3)
    expect(JSON.parse((lines[2] as string).slice(6))).toMatchObject({
      data: { line: 'a\nb\r\n\n: c' },
    })
    expect(ends).toBe(1)
  })

  test('ends with its signal, though nobody ever reads from it', () => {
    for (const early of [true, false]) {
      const stop = new AbortController()
      if (early) stop.abort()
      let ends = 0
      eventStream(never(), { signal: stop.signal, onEnd: () => ends++ })
      expect(ends).toBe(early ? 1 : 0)
      stop.abort()
      expect(ends).toBe(1)
    }
  })

  test('takes no more from its source than its reader wants', async () => {
    let taken = 0
    async function* endless() {
      for (;;) {
        taken++
        yield event(`${taken}-r-0`)
      }
    }
    let ends = 0
    const reader = eventStream(endless(), { onEnd: () => ends++ }).getReader()
    for (let i = 0; i < 5; i++) await reader.read()
    expect(taken).toBeLessThan(9)
    await reader.cancel()
    expect(ends).toBe(1)
  })

  test('says that it is alive, and asks whether its reader may still read', async () => {
    let asked = 0
    const stream = eventStream(never(), {
      heartbeatMs: 5,
      checkMs: 20,
      checkToken: async () => ++asked < 3,
    })
    const text = await textOf(stream)
    expect(text).toContain(': still here\n\n')
    expect(text.trimEnd().split('\n').at(-2)).toBe('event: error')
    expect(text).toContain('"status":401')
    expect(asked).toBe(3)
  })

  test('is asked for its token under a flood of events, too', async () => {
    async function* flood() {
      for (let i = 0; ; i++) {
        if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
        yield event(`${i}-r-0`)
      }
    }
    const text = await textOf(eventStream(flood(), { checkMs: 20, checkToken: async () => false }))
    expect(text).toContain('event: error')
  })

  test('is asked for its token while its reader takes nothing, and while nothing happens', async () => {
    let ends = 0
    const stream = eventStream(some(1000), {
      ...{ checkMs: 20, checkToken: async () => false, onEnd: () => ends++ },
    })
    await until('it has ended', () => ends === 1)
    expect(await textOf(stream)).toContain('"status":401')
  })

  test('ends when its token cannot be asked about, and asks no more once it has ended', async () => {
    let asked = 0
    const failing = async () => {
      asked++
      throw new InvalidInputError('no')
    }
    const toProblem = () => ({ code: 'MR001' })
    const options = { checkMs: 5, checkToken: failing, toProblem }
    expect(await textOf(eventStream(never(), options))).toContain('MR001')
    await textOf(eventStream(some(1), { checkMs: 1000, checkToken: failing }))
    expect(asked).toBe(1)
  })

  test('ends with its signal, and when its source fails', async () => {
    const stop = new AbortController()
    let ends = 0
    const ended = textOf(eventStream(never(), { signal: stop.signal, onEnd: () => ends++ }))
    stop.abort()
    expect(await ended).toBe('retry: 1000\n: open\n\n')
    expect(ends).toBe(1)
    expect(await textOf(eventStream(never(), { signal: AbortSignal.abort() }))).toContain('open')
    async function* fails(): AsyncGenerator<RunEvent> {
      yield event('1-r-0')
      throw new InvalidInputError('no')
    }
    expect(await textOf(eventStream(fails()))).not.toContain('event: error')
    const told = await textOf(eventStream(fails(), { toProblem: () => ({ code: 'MR001' }) }))
    expect(told.endsWith('event: error\ndata: {"code":"MR001"}\n\n')).toBe(true)
  })
})

test('a tenant has so many streams at once, and no more', () => {
  const streams = new OpenStreams(2)
  const leave = streams.enter('a')
  streams.enter('a')
  streams.enter('b')
  expect(() => streams.enter('a')).toThrowError(expect.objectContaining({ code: 'MR021' }))
  leave()
  leave()
  streams.enter('a')
  expect(() => streams.enter('a')).toThrow()
})
