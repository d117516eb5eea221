import { text as readAll } from 'node:stream/consumers'
import { InvalidInputError } from '../model/errors.ts'
import { readInputFile } from './input-file.ts'
import { findJsonError } from './json-error.ts'
import { printable } from './style.ts'

/** The longest part of a line that an error shows. */
const SHOWN = 60

/**
 * A JSON argument: the text itself, or `-` for what comes on stdin; undefined where there is none.
 * @throws InvalidInputError that shows the place where it stops to be JSON
 */
export async function readJsonArgument(what: string, text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined
  if (text !== '-') return parseJson(what, text)
  return parseJson(`${what} on stdin`, await readAll(process.stdin))
}

/** The same from a file. */
export async function readJsonFile(what: string, file: string): Promise<unknown> {
  if (file === '-') return readJsonArgument(what, file)
  return parseJson(`${what} in ${file}`, await readInputFile(file))
}

/** @throws InvalidInputError with line, column and the line itself */
export function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson(what, text)
  }
}

function notJson(what: string, text: string): InvalidInputError {
  const { at, expected } = findJsonError(text)
  const before = text.slice(0, at).split('\n')
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1]
  const found =
    at >= text.length ? 'the end' : JSON.stringify(String.fromCodePoint(codeAt(text, at)))
  const shown = pointTo(text.split('\n')[line - 1] ?? '', column)
  const hint = text.trim() === '' ? '' : `\n${shown}`
  return new InvalidInputError(
    `The ${what} is not JSON: line ${line}, column ${column} has ${found} where ${expected} is ` +
      `expected.${hint}${quotingHint(text)}`,
    { details: { line, column, position: at } },
  )
}

function codeAt(text: string, at: number): number {
  return text.codePointAt(at) ?? 0
}

/** The line around a column, and a mark under it. */
function pointTo(line: string, column: number): string {
  const from = Math.max(0, column - SHOWN / 2)
  const part = printable(line.slice(from, from + SHOWN).replaceAll('\t', ' '))
  return `  ${part}\n  ${' '.repeat(column - 1 - from)}^`
}

/** What most often went wrong: the shell took the quotes away. */
function quotingHint(text: string): string {
  if (!/^\s*[{[]/.test(text) || text.includes('"')) return ''
  return `\nThere is no double quote in it: put single quotes around it, '{"like": "this"}'.`
}
