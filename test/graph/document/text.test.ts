// JSON and YAML as text: what they say, where they say it, and what is refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { planGraph } from '../../../src/graph/document/index.ts'
import { parseJsonText } from '../../../src/graph/document/json-text.ts'
import { offsetOf, TextProblem } from '../../../src/graph/document/parsed-text.ts'
import { below } from '../../../src/graph/document/pointer.ts'
import { parseYamlText } from '../../../src/graph/document/yaml-text.ts'
import { graph, node, only, problems } from './samples.ts'

const json = fc
  .jsonValue({ maxDepth: 5, noUnicodeString: false })
  .filter((value) => !hasMinusZero(value))

function hasMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0)
  return Object.values(value).some(hasMinusZero)
}

describe('JSON', () => {
  test('is read as JSON.parse reads it, and every place begins its value', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 0, 2), (value, indent) => {
        const text = ` ${JSON.stringify(value, null, indent)}\n`
        const { value: read, place } = parseJsonText(text)
        expect(JSON.stringify(read)).toBe(JSON.stringify(value))
        for (const [pointer, part] of parts(value, '')) {
          const rest = text.slice(offsetOf(place, pointer))
          expect(rest.startsWith(JSON.stringify(part).slice(0, 1))).toBe(true)
          if (typeof part !== 'object' || part === null)
            expect(rest.startsWith(JSON.stringify(part))).toBe(true)
        }
      }),
    )
  })

  test('what it refuses, JSON.parse refuses; the other way round too, but for doubled keys and digits', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '01',
      'true',
      'nul',
      ' ',
      '"',
      '\\',
      '1.',
      'e5',
      '\n',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((all) => all.join('')),
        (text) => {
          const ours = attempt(() => parseJsonText(text).value)
          const theirs = attempt(() => JSON.parse(text))
          if (ours !== theirs) expect(text).toMatch(/"a"\s*:.*"a"\s*:|"\\?"/s)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['{"name":"a","name":"b","steps":[]}', 12, /The key "name" is there twice/],
    ['{"name":"a",}', 12, /a key in double quotes/],
    ['{"name":"a" "steps":[]}', 12, /"," or "}"/],
    ['{"name":\n  nope}', 11, /JSON expects a value here: "nope}"/],
    ['{"name":"a', 8, /a text that ends/],
    ['{"name":"a"} x', 13, /nothing more/],
    ['{"name": "a\nb"}', 9, /without ends of lines/],
    ['{"name": 1e400}', 9, /JSON has no 1e400/],
    ['{"name": 12345678901234567890}', 9, /more digits than numbers keep/],
  ])('%s', (text, at, says) => {
    const { code, message, line, column } = only(text)
    expect(code).toBe('SYNTAX_ERROR')
    expect(message).toMatch(says)
    const before = text.slice(0, at).split('\n')
    expect([line, column]).toEqual([before.length, (before.at(-1) as string).length + 1])
  })
})

describe('YAML', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('BLOCK' as const, 'FLOW' as const), (value, style) => {
        const text = stringify(value, {
          collectionStyle: style === 'FLOW' ? 'flow' : 'block',
          aliasDuplicateObjects: false,
        })
        expect(JSON.stringify(parseYamlText(text).value)).toBe(JSON.stringify(value))
      }),
    )
  })

  test('JSON is YAML too', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.stringify(parseYamlText(JSON.stringify(value)).value)).toBe(
          JSON.stringify(value),
        )
      }),
    )
  })

  test.each([
    ['name: a\nname: b\nsteps: []', [2, 1], /The key "name" is there twice/],
    ['name: a\n---\nname: b', [2, 1], /several documents/],
    ['name: [a', [1, 9], /This is not YAML/],
    ['name: a\n\tsteps: []', [2, 1], /This is not YAML/],
    ['name: !ruby/object a', [1, 7], /This is not YAML: Unresolved tag/],
    ['name: .nan', [1, 7], /JSON has no .nan/],
    ['? [a]\n: b', [1, 3], /A key of a mapping must be a text/],
    ['name: *nobody', [1, 7], /no anchor "&nobody"/],
    ['name: 12345678901234567890', [1, 7], /more digits than numbers keep/],
  ])('%j', (text, place, says) => {
    const { code, message, line, column } = only(text)
    expect([code, message]).toEqual(['SYNTAX_ERROR', expect.stringMatching(says)])
    expect([line, column]).toEqual(place)
  })

  test('keys are texts, whatever they look like', () => {
    expect(parseYamlText('1: a\ntrue: b\n1.50: c').value).toEqual({ 1: 'a', true: 'b', '1.5': 'c' })
  })

  test('of YAML 1.2 yes, no and dates are texts', () => {
    expect(parseYamlText('[yes, no, on, 2027-01-01, 0123, 1_000]').value).toEqual([
      'yes',
      'no',
      'on',
      '2027-01-01',
      123,
      '1_000',
    ])
  })

  test('a field without a value is where it would be', () => {
    expect(only('name:\nsteps:\n  - {id: a, type: delay, config: {seconds: 1}}')).toMatchObject({
      pointer: '/name',
      line: 1,
      column: 6,
    })
  })

  test('the style of braces is YAML without quotes, JSON with them', () => {
    expect(problems('{name: a, steps: [{id: a, type: delay, config: {seconds: 1}}]}')).toEqual([])
    expect(only('{"name": a}').message).toMatch(/^JSON expects/)
  })

  test('a mark of the order of bytes is no part of it', () => {
    expect(problems('\ufeffname: a\nsteps: [{id: a, type: delay, config: {seconds: 1}}]')).toEqual(
      [],
    )
    expect(only('\ufeff{"name": "a", "steps": []}')).toMatchObject({ line: 1, column: 24 })
  })

  test('lines end with \\n or \\r\\n', () => {
    const yaml = 'name: a\r\nsteps:\r\n  - id: a\r\n    type: nothing\r\n    config: {}\r\n'
    expect(only(yaml)).toMatchObject({ code: 'UNKNOWN_STEP_TYPE', line: 4, column: 11 })
  })

  test('texts over several lines keep what they say', () => {
    const yaml =
      'name: a\nsteps:\n  - id: a\n    type: transform\n    config:\n      expression: |\n        Dear {{ trigger.data.name }},\n        bye.\n'
    const [step] = planGraph(yaml).document.steps
    expect(step?.config).toEqual({ expression: 'Dear {{ trigger.data.name }},\nbye.\n' })
  })
})

describe('the same document', () => {
  test('gives the same plan as an object, JSON and YAML, and is not the object that was given', () => {
    const document = graph(
      node('a', [], { retry: { max_attempts: 2, delay_seconds: 0 }, timeout: '5 minutes' }),
      node('b', ['a', 'a'], {
        type: 'http',
        config: { url: 'https://x.test', method: 'post', body: null },
      }),
    )
    const [one, two, three] = [document, JSON.stringify(document), stringify(document)].map(
      (source) => planGraph(source),
    )
    expect(two?.document).toEqual(one?.document)
    expect(three?.document).toEqual(one?.document)
    const b = one?.byId.get('b')
    expect(b?.node).toMatchObject({ depends_on: ['a'], config: { method: 'POST', body: null } })
    expect(one?.byId.get('a')).toMatchObject({
      timeoutMs: 300_000,
      retry: { maxAttempts: 2, baseDelay: 1 },
    })
    ;(document.steps[0] as { id: string }).id = 'changed'
    expect(one?.document.steps[0]?.id).toBe('a')
  })
})

function* parts(value: unknown, pointer: string): Generator<[string, unknown]> {
  yield [pointer, value]
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) yield* parts(part, below(pointer, key))
}

function attempt(work: () => unknown): string {
  try {
    return JSON.stringify(work())
  } catch (error) {
    if (!(error instanceof TextProblem || error instanceof SyntaxError)) throw error
    return 'refused'
  }
}
