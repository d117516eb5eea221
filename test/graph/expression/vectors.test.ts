// What Jinja2 makes of thousands of expressions (scripts/jinja-vectors.py), and where we differ from it on purpose.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Evaluator } from '../../../src/graph/expression/evaluator.ts'
import {
  ExpressionError,
  evaluateExpression,
  evaluateTemplate,
  parseExpression,
  parseTemplate,
  renderTemplate,
} from '../../../src/graph/expression/index.ts'
import { Meter } from '../../../src/graph/expression/meter.ts'
import { repr } from '../../../src/graph/expression/text.ts'
import { Data, Dict, lift, type Value } from '../../../src/graph/expression/value.ts'
import { tablesOf } from '../../support/tables.ts'
import { type PythonValue, readPython } from './python.ts'

/** A text, and what Python's repr() writes of its value; 0: it is refused. */
type Case = readonly [text: string, value: string | 0]
type Vectors = {
  readonly scope: Record<string, unknown>
  readonly cases: readonly Case[]
  readonly templates: readonly Case[]
  readonly differences: readonly Case[]
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'))
const { scope, cases, templates } = vectors
const manual = readFileSync(new URL('../../../docs/expressions.md', import.meta.url), 'utf8')

describe('what Jinja2 says', () => {
  test('there are thousands of cases, most of them with a value', () => {
    expect(cases.length).toBeGreaterThan(8000)
    expect(cases.filter(([, value]) => value !== 0).length).toBeGreaterThan(6000)
  })

  test('every expression has the value, or is refused, and prints as there', () => {
    expect(differing(cases, reprOf)).toEqual([])
  })

  test('the value is the same as JSON, or is refused because JSON has no such number', () => {
    const offenders = cases.filter(([text, value]) => {
      if (value === 0) return false
      const json = toJson(readPython(value))
      const found = attempt(() => [evaluateExpression(parseExpression(text), scope)])
      return json === undefined ? found !== 0 : !isSame(found === 0 ? 0 : found[0], json)
    })
    expect(offenders).toEqual([])
  })

  test('every template prints the text, or is refused', () => {
    const render = (text: string) => renderTemplate(parseTemplate(text), scope)
    expect(differing(templates, render)).toEqual([])
  })

  test('the data that were read are as before', () => {
    const before = JSON.stringify(scope)
    for (const [text] of cases) attempt(() => evaluateExpression(parseExpression(text), scope))
    expect(JSON.stringify(scope)).toBe(before)
  })
})

describe('differences on purpose', () => {
  const [table = []] = tablesOf(manual, 'Differences from Jinja2')
  const rows = table.map(([text = '', jinja = '', here = '', why = '']) => ({
    text: text.replace('⏎', '\n'),
    jinja,
    here,
    why,
  }))

  test('the manual has all that are recorded, with what Jinja2 gives', () => {
    const recorded = vectors.differences.map(([text, value]) => [text, value || 'error'])
    expect(rows.map(({ text, jinja }) => [text, jinja])).toEqual(recorded)
  })

  test.each(rows)('$text', ({ text, jinja, here, why }) => {
    const value = attempt(
      () => lift(evaluateTemplate(parseTemplate(text), scope), new Data(new Meter())) as Value,
    )
    const found = value === 0 ? 'error' : repr(value, new Meter())
    expect(found).toBe(here)
    expect(found).not.toBe(jinja)
    expect(why).not.toBe('')
  })
})

function differing(of: readonly Case[], evaluate: (text: string) => string) {
  return of.flatMap(([text, expected]) => {
    const found = attempt(() => evaluate(text))
    return found === expected ? [] : [{ text, expected, found }]
  })
}

/** 0: it is refused, with the error that every failure must have. */
function attempt<T>(work: () => T): T | 0 {
  try {
    return work()
  } catch (error) {
    if (error instanceof ExpressionError) return 0
    throw error
  }
}

function reprOf(text: string): string {
  const { root } = parseExpression(text)
  const meter = new Meter()
  const evaluator = new Evaluator(text, Dict.read(scope, new Data(meter)), meter)
  return evaluator.at(root, () => repr(evaluator.evaluate(root), meter))
}

/** undefined: JSON cannot say it. */
function toJson(value: PythonValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isFinite(number) &&
      BigInt(JSON.stringify(number).replace(/^.*e.*$/, '0')) === value
      ? number
      : undefined
  }
  if (Array.isArray(value)) {
    const items = value.map(toJson)
    return items.includes(undefined) ? undefined : items
  }
  if (typeof value !== 'object' || value === null) return value
  const pairs = Object.entries(value).map(([key, item]) => [key, toJson(item)] as const)
  return pairs.some(([, item]) => item === undefined) ? undefined : Object.fromEntries(pairs)
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
