import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFeedPlace, decodePlace, encodePlace } from '../../src/model/event-place.ts'
import { chunkNote, readNote, stepNote } from '../../src/model/live-note.ts'
import { storableFields } from '../../src/model/log-line.ts'
import { rowEvent, type ShownRow, statusEvent } from '../../src/model/run-event.ts'

const at = new Date(0)
const failure = { code: 'MR050', name: 'Error', message: 'no', attempt: 2 }

function told(kind: ShownRow['kind'], name: string | null, data?: unknown): object {
  const text = data === undefined ? null : JSON.stringify(data)
  const { at: when, ...rest } = rowEvent({ at, kind, name, data: text })
  expect(when).toBe('1970-01-01T00:00:00.000Z')
  return rest
}

describe('a row of the journal as an event', () => {
  test.each<[ShownRow['kind'], string | null, unknown, object]>([
    ['r', 'a', 1, { type: 'step:completed', stepId: 'a', status: 'completed', output: 1 }],
    ['r', 'a', undefined, { type: 'step:completed', stepId: 'a', status: 'completed' }],
    ['r', 'race~off', undefined, { type: 'called_off', stepId: 'race' }],
    ['g', 'w', null, { type: 'step:completed', stepId: 'w', status: 'completed', output: null }],
    ['t', 'w', undefined, { type: 'step:completed', stepId: 'w', status: 'completed' }],
    [
      'o',
      'w',
      undefined,
      { type: 'step:completed', stepId: 'w', status: 'completed', data: { timedOut: true } },
    ],
    [
      'c',
      'kid',
      { id: 'x' },
      { type: 'step:running', stepId: 'kid', status: 'running', data: { childId: 'x' } },
    ],
    [
      'C',
      'kid',
      { status: 'c', output: 7 },
      { type: 'step:completed', stepId: 'kid', status: 'completed', output: 7 },
    ],
    ['C', 'kid', { status: 'x' }, { type: 'step:cancelled', stepId: 'kid', status: 'cancelled' }],
    [
      'C',
      'kid',
      { status: 'f', output: failure },
      { type: 'step:failed', stepId: 'kid', status: 'failed', error: failure },
    ],
    ['e', 'a', failure, { type: 'step:retrying', stepId: 'a', error: failure, attempt: 2 }],
    [
      'f',
      'a',
      failure,
      { type: 'step:failed', stepId: 'a', status: 'failed', error: failure, attempt: 2 },
    ],
    ['h', null, failure, { type: 'retrying', error: failure, attempt: 2 }],
    [
      'k',
      'a~skipped[1]',
      { reason: 'condition_unmet' },
      {
        type: 'step:skipped',
        stepId: 'a[1]',
        status: 'skipped',
        data: { reason: 'condition_unmet' },
      },
    ],
    ['s', '$set:progress#3', 50, { type: 'state', data: { name: 'progress', value: 50 } }],
    ['p', null, { reason: null, by: 'ada' }, { type: 'paused', data: { reason: null, by: 'ada' } }],
    ['x', null, { by: 'ada' }, { type: 'cancelling', data: { by: 'ada' } }],
    ['i', '$undo:a', failure, { type: 'undo:retrying', stepId: 'a', error: failure, attempt: 2 }],
    ['n', '$undo:a', undefined, { type: 'undo:completed', stepId: 'a' }],
    ['d', null, { worker: '7' }, { type: 'recovered', data: { worker: '7' } }],
    ['w', null, { rows: 8 }, { type: 'note', data: { rows: 8 } }],
  ])('of kind %s (%s)', (kind, name, data, expected) => {
    expect(told(kind, name, data)).toEqual(expected)
  })

  test('the end of a run has its output or its failure', () => {
    expect(statusEvent('c', at, '{"a":1}')).toMatchObject({ type: 'completed', output: { a: 1 } })
    expect(statusEvent('c', at, null)).not.toHaveProperty('output')
    expect(statusEvent('f', at, JSON.stringify(failure))).toMatchObject({ error: failure })
    expect(statusEvent('z', at, null, 'h')).toMatchObject({ data: { reason: 'history_mismatch' } })
  })
})

test('places are read as they are written, and nothing else is', () => {
  const letter = fc.constantFrom('p', 'r', 'w', 'z', 'c', 'f', 'x')
  const place = fc.record({
    next: fc.integer({ min: 0, max: 999_999_999 }),
    status: letter as fc.Arbitrary<'p'>,
    log: fc.bigInt({ min: 0n, max: 10n ** 17n }).map(String),
  })
  fc.assert(
    fc.property(place, (one) => {
      expect(decodePlace(encodePlace(one))).toEqual(one)
    }),
  )
  fc.assert(
    fc.property(fc.anything(), (text) => {
      for (const read of [decodePlace, checkFeedPlace])
        try {
          read(text as string)
          expect(typeof text).toBe('string')
        } catch (error) {
          expect(error).toMatchObject({ code: 'MR001' })
        }
    }),
  )
})

test('notes of what is live are read as they are written; hostile ones are nothing', () => {
  const of = { run: '7', step: 'say "it"', attempt: 1, epoch: '9', stored: true }
  const note = chunkNote(of, 4, ['"a"', '{"b":[1]}'])
  expect(readNote(note)).toEqual({
    ...{ t: 'chunk', r: '7', k: 'say "it"', a: 1, e: '9', s: 1, i: 4 },
    c: ['a', { b: [1] }],
  })
  expect(readNote(stepNote('7', 's', 2))).toEqual({ t: 'step', r: '7', k: 's', a: 2 })
  for (const text of ['', '{', '1', 'null', '{"t":"chunk"}', '{"t":"other"}'])
    expect(readNote(text)).toBeNull()
})

test('whatever is logged has fields that can be stored', () => {
  fc.assert(
    fc.property(fc.array(fc.anything(), { maxLength: 3 }), (args) => {
      const text = storableFields(args)
      if (text !== null) {
        expect(() => JSON.parse(text)).not.toThrow()
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024)
      }
    }),
  )
})
