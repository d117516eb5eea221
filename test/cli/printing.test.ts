import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJsonError } from '../../src/cli/json-error.ts'
import { table } from '../../src/cli/table.ts'

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
