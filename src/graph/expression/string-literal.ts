import { ExpressionError } from './expression-error.ts'

const simple: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}
const hexLengths: Record<string, number> = { x: 2, u: 4, U: 8 }
const escapeForm = /\\(x[\s\S]{0,2}|u[\s\S]{0,4}|U[\s\S]{0,8}|[0-7]{1,3}|[\s\S])/g

/**
 * What a string in quotes says; its escapes are Python's, and a backslash before another character stays.
 * @param at where it begins, for errors
 * @throws ExpressionError if an escape is not complete
 */
export function readString(quoted: string, at: number): string {
  const body = quoted.slice(1, -1).replace(/\r\n?/g, '\n')
  if (!body.includes('\\')) return body
  return body.replace(escapeForm, (whole: string, found: string, index: number) => {
    const first = found[0] as string
    const length = hexLengths[first]
    if (length !== undefined) return fromHex(found.slice(1), length, at + 1 + index)
    if (/[0-7]/.test(first)) return String.fromCodePoint(Number.parseInt(found, 8))
    if (first === 'N') refuse(at + 1 + index)
    return simple[found] ?? whole
  })
}

function fromHex(digits: string, length: number, at: number): string {
  const code = Number.parseInt(digits, 16)
  if (digits.length < length || !/^[\da-f]+$/i.test(digits) || code > 0x10ffff) refuse(at)
  return String.fromCodePoint(code)
}

function refuse(at: number): never {
  throw new ExpressionError(
    'An escape in the text is not complete: write \\xhh, \\uhhhh or \\Uhhhhhhhh, or \\\\ for a backslash.',
    at,
  )
}
