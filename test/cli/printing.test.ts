import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJsonError } from '../../src/cli/json-error.ts'
import { signalCommands, waitInShort, waitsInFull } from '../../src/cli/show/waits-view.ts'
import { ahead, coarse, shortTime } from '../../src/cli/show/words.ts'
import { type Column, facts, table } from '../../src/cli/table.ts'
import { wrap } from '../../src/cli/wrap.ts'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import type { Census } from '../../src/demo/census.ts'
import { Screen } from '../../src/demo/screen.ts'
import { nearest } from '../../src/model/nearest.ts'

describe('a table', () => {
  const rows = [
    { name: 'one', n: '1', note: '' },
    { name: '\u001b[31mthree\u001b[39m', n: '300', note: '' },
  ]
  const columns = [
    { heading: 'NAME', cell: (row: (typeof rows)[0]) => row.name },
    { heading: 'NOTE', cell: (row: (typeof rows)[0]) => row.note },
    { heading: 'N', cell: (row: (typeof rows)[0]) => row.n, align: 'right' as const },
  ]

  test('aligns what people see, and leaves empty columns out', () => {
    const text = 'NAME     N\none      1\n\u001b[31mthree\u001b[39m  300'
    expect(table(columns, rows, 80)).toBe(text)
  })

  test('is cut at the width of the terminal, but its paint ends', () => {
    expect(table(columns, rows, 4)).toBe('NAM…\none…\n\u001b[31mthr\u001b[39m…')
  })
})

describe('a table on a narrow terminal', () => {
  type Row = { id: string; kind: string; took: string; note: string }
  const columns: Column<Row>[] = [
    { heading: 'ID', cell: ({ id }) => id },
    { heading: 'KIND', cell: ({ kind }) => kind, spare: 1 },
    { heading: 'TOOK', cell: ({ took }) => took, align: 'right', spare: 2 },
    { heading: 'NOTE', cell: ({ note }) => note, text: true },
  ]
  const rows = [
    { id: 'a'.repeat(10), kind: 'k'.repeat(10), took: '3 s', note: 'n'.repeat(60) },
    { id: 'b', kind: 'k', took: '', note: '' },
  ]
  const [a, k] = ['a'.repeat(10), 'k'.repeat(10)]

  test('leaves out what can be spared, the highest number first', () => {
    expect(table(columns, rows, 62)).toBe(
      `ID          KIND        TOOK  NOTE\n${a}  ${k}   3 s  ${'n'.repeat(31)}…\nb           k`,
    )
    expect(table(columns, rows, 61).split('\n')[0]).toBe('ID          KIND        NOTE')
    expect(table(columns, rows, 55).split('\n')[0]).toBe('ID          NOTE')
  })

  test('has a text under its row where too little of it would be left', () => {
    expect(table(columns, rows, 40)).toBe(
      `ID          KIND        TOOK\n${a}  ${k}   3 s\n    ${'n'.repeat(60)}\nb           k`,
    )
    const words = [{ id: a, kind: '', took: '', note: 'word '.repeat(100) }]
    const lines = table(columns, words, 40).split('\n')
    expect(lines.length).toBeLessThanOrEqual(2 + 4)
    expect(lines.at(-1)).toMatch(/^ {4}.*…$/)
  })

  test('has a short text in the row, and lines of a row under that', () => {
    const short = [{ id: a, kind: '', took: '', note: 'short' }]
    expect(table(columns, short, 20, ({ id }) => [`more of ${id}`])).toBe(
      `ID          NOTE\n${a}  short\nmore of ${a}`,
    )
  })
})

describe('a line', () => {
  test('is broken between words, and what follows hangs', () => {
    const text = '12:00:00  the label printer is out of paper  0123456789abcdef'
    expect(wrap(text, 30, 10)).toBe(
      '12:00:00  the label printer is\n          out of paper\n          0123456789abcdef',
    )
    expect(wrap(text, 20, 10).split('\n').at(-1)).toBe('          0123456789abcdef')
    expect(wrap(text, Number.POSITIVE_INFINITY, 10)).toBe(text)
    expect(wrap('a\nb c', 80, 2)).toBe('a\n  b c')
  })

  test('is measured without its paint, which stays', () => {
    expect(wrap('\u001b[31mone two\u001b[39m', 4, 1)).toBe('\u001b[31mone\n two\u001b[39m')
  })

  test('loses nothing but spaces', () => {
    const words = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), { minLength: 1 })
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), fc.nat(5), (parts, width, indent) => {
        const text = parts.join(' ').trim()
        const bare = (some: string) => some.replaceAll(/\s/g, '')
        expect(bare(wrap(text, width, indent))).toBe(bare(text))
      }),
    )
  })
})

test('facts: sentences are broken, what people copy is not', () => {
  const long = 'some words that are more than a line'
  expect(
    facts(
      [
        ['a', long, 'sentence'],
        ['bc', long],
        ['d', null],
      ],
      24,
    ),
  ).toBe(`  a   some words that\n      are more than a\n      line\n  bc  ${long}`)
})

describe('times', () => {
  test.each([
    [0, '0 ms'],
    [399.4, '399 ms'],
    [999.6, '1 s'],
    [1400, '1 s'],
    [59_700, '1 min'],
    [7_260_000, '2 h'],
  ])('%d ms in one unit: %s', (ms, text) => {
    expect(coarse(ms)).toBe(text)
  })

  test('to come, and past', () => {
    const now = Date.UTC(2027, 0, 1)
    const at = (ms: number) => ahead(new Date(now + ms), now)
    expect([at(3_600_000), at(500), at(-500), at(-120_000)]).toEqual([
      'in 1 h',
      'now',
      'now',
      '2 min ago',
    ])
  })

  test('of today have no date', () => {
    const now = new Date(2027, 0, 1, 12)
    expect(shortTime(new Date(2027, 0, 1, 23, 59, 58), now)).toBe('23:59:58')
    expect(shortTime(new Date(2027, 0, 2, 0, 0, 1), now)).toBe('2027-01-02 00:00')
  })
})

describe('what a run waits for', () => {
  const until = new Date(Date.now() + 3_600_000)
  const waiting = (...waits: WorkflowRun['waits']) => ({ id: 'x', startsAt: null, waits })
  const plain = (_: unknown, text: string) => text

  test.each([
    [waiting({ stepId: 'gate', event: 'open it', until }), 'for "open it" at gate'],
    [waiting({ stepId: 'kid', event: null, until: null }), 'at kid'],
    [{ ...waiting(), startsAt: until }, 'starts in '],
    [
      waiting(
        { stepId: 'poll', event: null, until },
        { stepId: 'poll', event: null, until: new Date(Date.now() + 1000) },
        { stepId: 'other', event: 'e', until: null },
      ),
      `until ${shortTime(until)} at poll, and 1 more`,
    ],
  ])('in short: %j', (run, text) => {
    expect(waitInShort(run).startsWith(text)).toBe(true)
  })

  test('in full, a line for each step, and the commands that send it', () => {
    const run = waiting(
      { stepId: 'gate', event: 'open it', until },
      { stepId: 'paid', event: 'paid', until: null },
    )
    expect(waitsInFull(run, plain)).toMatch(
      /^gate for signal "open it" until \d{4}-.* {2}in .*\npaid for signal "paid"$/,
    )
    expect(signalCommands(run)).toEqual([
      expect.stringMatching(/runs signal x 'open it' '\{\}'$/),
      expect.stringMatching(/runs signal x paid '\{\}'$/),
    ])
  })
})

test.each([
  ['ordr', ['order']],
  ['odrer', ['order']],
  ['Order', ['order']],
  ['send-mial', ['send-mail']],
  ['mail', []],
  ['send-m', ['send-sms', 'send-mail']],
  ['nonsense', []],
])('near to %s: %j', (name, expected) => {
  expect(nearest(name, ['order', 'send-mail', 'send-sms', 'x'])).toEqual(expected)
})

test('the live line of the demo fits', () => {
  const census = { ended: 321, held: 100, orphaned: 0, waiting: 400, queued: 150, suspected: 3 }
  const shown = (columns: number, orphaned: number) => {
    const parts: string[] = []
    const output = { isTTY: true, columns, write: (part: string) => parts.push(part) }
    const screen = new Screen(output, 1000)
    screen.show({ ...census, orphaned, steps: 1234 } as Census)
    return parts.join('').replace('\r\u001b[K', '')
  }
  expect(shown(120, 0)).toMatch(/^ █{5}░{11} 321 of 1,000 completed, .* 3 suspected, 0 steps\/s$/)
  expect(shown(80, 0)).toBe(
    ' █████░░░░░░░░░░░ 321 of 1,000 completed, 100 running, 400 waiting, 0 steps/s',
  )
  expect(shown(72, 0)).toMatch(/^ ███░░░░░ 321 .* waiting, 0 steps\/s$/)
  expect(shown(80, 57)).toMatch(/ 321 of 1,000 completed, 100 running, 57 of a dead worker/)
  for (const columns of [100, 80, 60, 40]) expect(shown(columns, 57).length).toBeLessThan(columns)
})

describe('the place where a text stops to be JSON', () => {
  test.each([
    ['', 0, 'a value'],
    ['{', 1, 'a name in double quotes'],
    ['{"a"', 4, '":"'],
    ['{"a": }', 6, 'a value'],
    ['{"a": 1', 7, '"," or "}"'],
    ['{"a": 1,}', 8, 'a name in double quotes'],
    ["{'a': 1}", 1, 'a name in double quotes'],
    ['[1 2]', 3, '"," or "]"'],
    ['[1,]', 3, 'a value'],
    ['01', 0, 'a value'],
    ['nul', 0, 'a value'],
    ['"a\nb"', 0, 'a value'],
    ['{} {}', 3, 'nothing more'],
  ])('%j: %i', (text, at, expected) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(findJsonError(text)).toEqual({ at, expected })
  })

  test('is the end of the longest part that can be continued', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('}', ']', ',', ':', 'x', '01'),
        (text, n, bad) => {
          const at = n % (text.length + 1)
          const spoilt = text.slice(0, at) + bad + text.slice(at)
          if (isJson(spoilt)) return
          const found = findJsonError(spoilt)
          expect(found.at).toBeGreaterThanOrEqual(0)
          expect(found.at).toBeLessThanOrEqual(spoilt.length)
        },
      ),
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
