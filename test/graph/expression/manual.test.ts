// The tables of docs/expressions.md are true, and name everything that there is.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { filters } from '../../../src/graph/expression/filters/index.ts'
import {
  evaluateExpression,
  evaluateTemplate,
  parseExpression,
  parseTemplate,
} from '../../../src/graph/expression/index.ts'
import { strength } from '../../../src/graph/expression/parser.ts'
import { tests } from '../../../src/graph/expression/tests.ts'
import * as limits from '../../../src/model/limits.ts'
import { tablesOf } from '../../support/tables.ts'
import { refusalOf } from './refusal.ts'

const manual = readFileSync(new URL('../../../docs/expressions.md', import.meta.url), 'utf8')
const data = JSON.parse(/^```json\n(.*?)^```/ms.exec(manual)?.[1] as string)
const expression = (text: string) => evaluateExpression(parseExpression(text), data)
const template = (text: string) => evaluateTemplate(parseTemplate(text), data)

/** [text, what it gives as JSON] of the only table below a heading. */
function rowsOf(heading: string, column = 0): [text: string, gives: string][] {
  const [table = []] = tablesOf(manual, heading)
  expect(table.length).toBeGreaterThan(4)
  return table.map((row) => [row[column] as string, row[column + 1] as string])
}

/** Names in the first column, without their parameters. */
function namesOf(heading: string): string[] {
  return (tablesOf(manual, heading)[0] ?? []).map(([name = '']) => name.replace(/\(.*$/, ''))
}

describe('every example gives what is said', () => {
  test.each(['Expressions', 'Texts around expressions'])('%s', (heading) => {
    const rows = rowsOf(heading)
    expect(rows.map(([text]) => [text, JSON.stringify(template(text))])).toEqual(rows)
  })

  test.each(['Values', 'Paths'])('%s', (heading) => {
    const rows = rowsOf(heading)
    expect(rows.map(([text]) => [text, JSON.stringify(expression(text))])).toEqual(rows)
  })

  test.each(['Operators', 'Filters', 'Tests'])('%s', (heading) => {
    const rows = rowsOf(heading, 1)
    expect(rows.map(([text]) => [text, JSON.stringify(expression(text))])).toEqual(rows)
    // an example shows what its row is about
    const names = namesOf(heading)
    const offenders = rows.filter(([text], i) => !text.includes(names[i] as string))
    expect(offenders).toEqual([])
  })

  test('What is not there', () => {
    const rows = rowsOf('What is not there')
    const found = rows.map(([text]) => [text, refusalOf(() => expression(text)).message])
    expect(found).toEqual(rows)
  })
})

describe('everything is named', () => {
  test('operators', () => {
    const named = namesOf('Operators')
    const all = Object.keys(strength).concat('not in')
    expect([...new Set(named)].sort()).toEqual(all.sort())
  })

  test('filters, with their parameters and defaults', () => {
    const heads = (tablesOf(manual, 'Filters')[0] ?? []).map(([head]) => head)
    const named = heads.map((head) => head?.replace(/\(.*$/, ''))
    expect(named.toSorted()).toEqual(Object.keys(filters).sort())
    const aliases = { d: 'default', count: 'length', e: 'escape' }
    for (const [name, { parameters }] of Object.entries(filters)) {
      if (Object.hasOwn(aliases, name)) continue
      const shown = parameters === 'any' ? '...' : parameters.map(shownParameter).join(', ')
      expect(heads).toContain(shown === '' ? name : `${name}(${shown})`)
    }
    for (const [alias, name] of Object.entries(aliases))
      expect(filters[alias]?.parameters).toEqual(filters[name]?.parameters)
  })

  test('tests', () => {
    const table = tablesOf(manual, 'Tests')[0] ?? []
    const also = table.flatMap((row) => [...(row[3] ?? '').matchAll(/`([^`]+)`/g)].map((m) => m[1]))
    expect([...namesOf('Tests'), ...also].sort()).toEqual(Object.keys(tests).sort())
  })

  test('limits, as they are', () => {
    const said = Object.fromEntries(
      (tablesOf(manual, 'Limits')[0] ?? []).map((row) => [row[0], row]),
    )
    const group = (number: number) => number.toLocaleString('en-US')
    expect(said.length?.[1]).toBe(`${group(limits.MAX_EXPRESSION)} characters`)
    expect(said.depth?.[1]).toBe(`${limits.MAX_EXPRESSION_DEPTH} levels`)
    expect(said.depth?.[2]).toContain(`values: ${limits.MAX_DEPTH} levels`)
    expect(said.number?.[1]).toBe(`${limits.MAX_EXPRESSION_NUMBER_BITS} bits`)
    expect(said.fuel?.[1]).toBe(`${group(limits.MAX_EXPRESSION_FUEL)} units`)
    expect(said.bytes?.[1]).toBe(`${limits.MAX_PAYLOAD_BYTES / 1024 ** 2} MiB`)
  })
})

function shownParameter(parameter: readonly unknown[]): string {
  const [name, byDefault] = parameter
  if (parameter.length === 1) return String(name)
  if (byDefault === null) return `${name}=none`
  if (typeof byDefault === 'string') return `${name}='${byDefault}'`
  return `${name}=${byDefault === 0 ? '0.0' : byDefault}`
}
