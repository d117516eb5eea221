// Whatever is written, and whatever the data are: a value, or an ExpressionError that points into the text.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filters } from '../../../src/graph/expression/filters/index.ts'
import {
  type Expression,
  ExpressionError,
  evaluateExpression,
  evaluateTemplate,
  type Limits,
  parseExpression,
  parseTemplate,
  referencesOf,
  renderTemplate,
} from '../../../src/graph/expression/index.ts'
import { tests } from '../../../src/graph/expression/tests.ts'
import { composed, quote, SIGNS, scopesOf } from '../../support/expression-parts.ts'

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>
const scopes = scopesOf(json)
const quoted = fc
  .string({ unit: 'binary', maxLength: 8 })
  .map((text) => quote(text.replace(/\r\n?/g, '\n')))

/** Words of the language, so that much of it can be read. */
const words = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'b', 'c', 'a.b', "a['c']", 'a[0]', 'nope', 'none', 'true'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('0', '1', '-1', '2.5', '1e300', '9'.repeat(40), "'x'", "''"),
  },
  { weight: 1, arbitrary: quoted },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...SIGNS,
      ...['**', 'not', 'if', 'else', 'is', '|', '.', ',', ':', '(', ')', '[', ']', '{', '}', '='],
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom(...Object.keys(filters)).map((name) => `|${name}`) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(filters)).map((name) => `|${name}(`) },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(tests)).map((name) => ` is ${name}`) },
)
const soups = fc.array(words, { maxLength: 14 }).map((all) => all.join(' '))

/** Expressions that can be read, of all parts. */
const { expressions } = fc.letrec<{ expressions: string }>((tie) => {
  const part = tie('expressions')
  const two = fc.tuple(part, part)
  return {
    expressions: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      fc.constantFrom(
        'a',
        'b',
        'c',
        'a.b',
        'b[0]',
        'nope',
        'none',
        'true',
        '0',
        '7',
        '-2',
        '0.5',
        "'x'",
        "'%s-%d'",
        '[]',
        '{}',
      ),
      quoted,
      ...composed(part, [...SIGNS, '**']),
      two.map(([one, other]) => `(${one}, ${other})`),
      two.map(([one, other]) => `{'a': ${one}, 'b': ${other}}`),
      fc.tuple(part, part, part).map(([base, from, step]) => `(${base})[${from}::${step}]`),
      fc
        .tuple(part, fc.constantFrom(...Object.keys(filters)))
        .map(([base, name]) => `(${base})|${name}`),
      fc
        .tuple(part, fc.constantFrom(...Object.keys(filters)), part)
        .map(([base, name, argument]) => `(${base})|${name}(${argument})`),
      fc
        .tuple(part, fc.constantFrom(...Object.keys(filters)))
        .map(([base, name]) => `(${base})|map('${name}')`),
      fc.tuple(part, fc.constantFrom(...Object.keys(tests)), part).map(([base, name, argument]) => {
        return /^\w+$/.test(name)
          ? `((${base}) is ${name}(${argument}))`
          : `(${base})|select('${name}', ${argument})`
      }),
    ),
  }
})

describe('a value, or an error that points into the text', () => {
  test('of any text', () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('{{', '}}', '{#', '#}', '-', "'")),
    )
    fc.assert(
      fc.property(text, scopes, (parts, scope) => void evaluateAll(parts.join(''), scope)),
      { numRuns: 500 },
    )
  })

  test('of words in any order', () => {
    fc.assert(
      fc.property(soups, scopes, (text, scope) => void evaluateAll(text, scope)),
      { numRuns: 1500 },
    )
  })

  test('of expressions that can be read, which are read in fact', () => {
    let read = 0
    const check = (text: string, scope: Record<string, unknown>) => {
      if (evaluateAll(text, scope).hasValue) read++
    }
    fc.assert(fc.property(expressions, scopes, check), { numRuns: 2000 })
    expect(read).toBeGreaterThan(300)
  })

  test('with any limits, it is the same value or an error', () => {
    const limits = fc.record({
      fuel: fc.integer({ min: 0, max: 200 }),
      bytes: fc.integer({ min: 0, max: 100 }),
      depth: fc.integer({ min: 0, max: 4 }),
    })
    const check = (text: string, scope: Record<string, unknown>, few: Limits) => {
      const limited = attempt(() => evaluateExpression(parseExpression(text), scope, few), text)
      if (limited === null) return
      expect(limited).toEqual([evaluateExpression(parseExpression(text), scope)])
    }
    fc.assert(fc.property(expressions, scopes, limits, check), { numRuns: 1000 })
  })
})

describe('what holds of every value', () => {
  test('it is read from its place, and is as it was', () => {
    fc.assert(
      fc.property(json, (value) => {
        const scope = { x: { y: [0, value] } }
        expect(evaluateTemplate(parseTemplate('{{ x.y[1] }}'), scope)).toEqual(value)
        expect(evaluateTemplate(parseTemplate("{{ [x['y'][-1]][0] }}"), scope)).toEqual(value)
      }),
    )
  })

  test('what is printed of it is an expression for it', () => {
    fc.assert(
      fc.property(json, (value) => {
        const printed = renderTemplate(parseTemplate('{{ [x] }}'), { x: value })
        expect(withoutMinusZero(evaluateExpression(parseExpression(printed), {}))).toEqual(
          withoutMinusZero([value]),
        )
      }),
    )
  })

  test('tojson is JSON for it', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = renderTemplate(parseTemplate('{{ x|tojson }}'), { x: value })
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('sorting twice is sorting once, and reversing twice is nothing', () => {
    const list = fc.oneof(fc.array(fc.integer()), fc.array(fc.string({ unit: 'binary' })))
    fc.assert(
      fc.property(list, (x) => {
        const holds =
          'x|sort|sort == x|sort and x|reverse|reverse|list == x and x|sort|length == x|length'
        expect(evaluateExpression(parseExpression(holds), { x })).toBe(true)
      }),
    )
  })

  test('a long part is found where a short one would be', () => {
    const ab = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 300 })
    const part = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 17, maxLength: 24 })
    fc.assert(
      fc.property(ab, part, ab, (before, middle, after) => {
        const scope = { x: `${before}${middle}${after}`, part: middle }
        const evaluate = (text: string) => evaluateExpression(parseExpression(text), scope)
        expect(evaluate('part in x')).toBe(true)
        expect(evaluate("part in part[1:] ~ 'c' ~ part[:-1]")).toBe(false)
        expect(evaluate("x|replace(part, '-')")).toBe(scope.x.replaceAll(middle, '-'))
      }),
    )
  })
})

test('a reference begins with its name, and reads what there is', () => {
  fc.assert(
    fc.property(expressions, (text) => {
      const [parsed] = attempt(() => parseExpression(text), text) ?? []
      if (parsed === undefined) return
      for (const { path, offset } of referencesOf(parsed as Expression))
        expect(text.slice(offset).replace(/^\(+/, '')).toMatch(new RegExp(`^${path[0]}`))
    }),
    { numRuns: 1000 },
  )
})

/** As an expression, as a template and within one. @returns whether the expression has a value */
function evaluateAll(text: string, scope: Record<string, unknown>): { hasValue: boolean } {
  const before = JSON.stringify(scope)
  for (const form of [text, `x {{ ${text} }} y`])
    attempt(() => renderTemplate(parseTemplate(form), scope), form)
  const found = attempt(() => evaluateExpression(parseExpression(text), scope), text)
  if (found !== null) expect(isJson(found[0])).toBe(true)
  expect(JSON.stringify(scope)).toBe(before)
  return { hasValue: found !== null }
}

/** [value]; null: refused. */
function attempt(work: () => unknown, text: string): [unknown] | null {
  try {
    return [work()]
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    expect(error.offset).toBeGreaterThanOrEqual(0)
    expect(error.offset).toBeLessThanOrEqual(text.length)
    expect(error.message.length).toBeLessThan(1000)
    return null
  }
}

/** Whether JSON says it without a loss. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isJson)
  return ['string', 'boolean'].includes(typeof value) || value === null
}

/** Python has no -0 as an integer, and JSON has no other one. */
function withoutMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
