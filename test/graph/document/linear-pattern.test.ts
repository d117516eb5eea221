import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LinearPattern, PatternProblem } from '../../../src/graph/document/linear-pattern.ts'
import { busyMs } from './samples.ts'

describe('a linear pattern', () => {
  const atom = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\s',
      '\\.',
      '\\n',
      '\\u0061',
      '\\x62',
      'é',
      '😀',
      '[😀-😂]',
    ],
    ...['\\p{L}', '[\\]\\-a]', '\\b', '\\B', '^', '$', '\\u{1F600}', '\\/', '-'],
  )
  const count = fc.constantFrom(
    '',
    '',
    '',
    '*',
    '+',
    '?',
    '{2}',
    '{1,}',
    '{0,2}',
    '*?',
    '+?',
    '{1,2}?',
  )
  const part = (inner: fc.Arbitrary<string>) =>
    fc
      .tuple(inner, count)
      .map(([text, times]) => (/^(\\[bB]|\^|\$)$/.test(text) ? text : text + times))
  const group = (inner: fc.Arbitrary<string>) =>
    fc.oneof(
      inner.map((text) => `(${text})`),
      inner.map((text) => `(?:${text})`),
      inner.map((text) => `(?<n>${text})`),
    )
  const sequence = (inner: fc.Arbitrary<string>) =>
    fc.array(part(inner), { maxLength: 3 }).map((all) => all.join(''))
  const choices = (inner: fc.Arbitrary<string>) =>
    fc.array(sequence(inner), { minLength: 1, maxLength: 3 }).map((all) => all.join('|'))
  const pattern = choices(
    fc.oneof(
      { weight: 4, arbitrary: atom },
      { weight: 1, arbitrary: group(choices(fc.oneof(atom, group(sequence(atom))))) },
    ),
  )
  const text = fc
    .array(
      fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', '.', '-', 'é', '😀', '😁', '_', '/', ']'),
      { maxLength: 8 },
    )
    .map((all) => all.join(''))

  test('reads two halves of a pair as one character, and nothing else', () => {
    expect(new LinearPattern('^\\u0061\\u0062?$').test('a')).toBe(true)
    expect(new LinearPattern('^\\u0061\\u0062?$').test('')).toBe(false)
    expect(new LinearPattern('^\\ud83d\\ude00?$').test('')).toBe(true)
    expect(new LinearPattern('^\\uD83D\\uDE00{2}$').test('😀😀')).toBe(true)
  })

  test('matches what RegExp matches', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), (source, texts) => {
        const theirs = attempt(source, (one) => new RegExp(one, 'u'))
        fc.pre(theirs !== null)
        const ours = attempt(source, (one) => new LinearPattern(one))
        fc.pre(ours !== null) // too many states
        // V8 also looks between the halves of a surrogate pair
        const isHalved = /\\[bB]/.test(source)
        for (const one of texts.filter((text) => !isHalved || !/[\ud800-\udfff]/.test(text)))
          expect([one, ours?.test(one)]).toEqual([one, theirs?.test(one)])
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    '^(a+)+$',
    '^(a|aa)+$',
    '^(a*)*b$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(x+x+)+y',
    '^(?:a?){60}a{60}$',
  ])('%s ends, whatever the text', (source) => {
    const ms = busyMs(() => {
      new LinearPattern(source).test(`${'a'.repeat(50_000)}!`)
    })
    expect(ms).toBeLessThan(5000)
  })

  test.each([
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<!a)b',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '(',
    '[',
    'a{2',
    'a{3,1}',
    '\\',
    '(a{99}){99}',
    'a'.repeat(2000),
    'a{1000000}',
    'a{1000000,}',
  ])('%s is refused', (source) => {
    expect(() => new LinearPattern(source)).toThrow(PatternProblem)
  })

  test('repetitions of nothing need no states', () => {
    expect(new LinearPattern('(){200}(a*)*').test('')).toBe(true)
    expect(new LinearPattern('^(a?){100}$').test('a'.repeat(101))).toBe(false)
  })
})

function attempt<T>(source: string, make: (source: string) => T): T | null {
  try {
    return make(source)
  } catch {
    return null
  }
}
