import { PayloadError } from './engine-errors.ts'
import { formatPath } from './json-path.ts'
import { findProblem, findTextProblem, type JsonProblem } from './json-problem.ts'
import { MAX_DEPTH, MAX_PAYLOAD_BYTES } from './limits.ts'
import { capitalise } from './text.ts'

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

type Fn = (...args: never[]) => unknown

/**
 * What T is after a trip through JSON: Date becomes string, methods go, bigint, Map and Set are
 * never.
 * @example type T = Jsonify<{ at: Date; f(): void }> // { at: string }
 */
// biome-ignore-start lint/suspicious: any in is any out; a handler without a result gives void.
export type Jsonify<T> = 0 extends 1 & T
  ? any
  : unknown extends T
    ? unknown
    : T extends string | number | boolean | null | undefined | void
      ? T
      : T extends { toJSON(): infer J }
        ? Jsonify<J>
        : T extends { command: string; rowCount: number | null; oid: number; rows: infer R }
          ? { command: string; rowCount: number | null; rows: Jsonify<R> }
          : T extends bigint | symbol | Fn | ReadonlyMap<any, any> | ReadonlySet<any>
            ? never
            : T extends readonly unknown[]
              ? { [K in keyof T]: Jsonify<T[K]> }
              : {
                  [K in keyof T as K extends symbol ? never : T[K] extends Fn ? never : K]: Jsonify<
                    T[K]
                  >
                }
// biome-ignore-end lint/suspicious: see above

/** How `encodePayload` names and limits a value. */
export type EncodeOptions = {
  /** What the value is, as the error begins: `'the result of step "pay"'`. */
  what: string
  /** UTF-8 bytes of the JSON; default 1 MiB. */
  maxBytes?: number
  /** Containers in each other; default 64. */
  maxDepth?: number
}

/** Escapes that well-formed JSON.stringify writes for U+0000 and for halves of surrogate pairs. */
const suspectEscape = /\\u(?:0000|d[89a-f])/

/**
 * A value as JSON text that Postgres can store; undefined as null. Like JSON.stringify it drops
 * undefined inside objects, but refuses what JSON would lose without a word: functions, symbols,
 * BigInt, Map, Set, Promise, NaN, Infinity, invalid dates, errors, binary data and objects that show
 * nothing (a Response); and what cannot be stored: cycles, U+0000, halves of surrogate pairs, too
 * much depth or size. Of a result of pg it takes what the database said, not the driver's own parts.
 * @throws PayloadError with `details.path` and `details.rule`.
 * @example encodePayload({ at: new Date(0) }, { what: 'the input' }) // '{"at":"1970-01-01T…Z"}'
 */
export function encodePayload(given: unknown, options: EncodeOptions): string | null {
  if (given === undefined) return null
  const value = readQueryResult(given)
  const maxBytes = options.maxBytes ?? MAX_PAYLOAD_BYTES
  const problem = findProblem(value, options.maxDepth ?? MAX_DEPTH, maxBytes)
  if (problem)
    return problem.rule === 'size'
      ? refuseSize(options.what, maxBytes)
      : refuse(problem, options.what)
  const text = stringify(value, options.what)
  // A UTF-16 unit is one to three bytes, so most texts need not be measured.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    refuseSize(options.what, maxBytes)
  }
  if (suspectEscape.test(text)) refuseBadText(text, options.what)
  return text
}

/**
 * The value of a stored payload; null, as SQL has it for "none", as undefined.
 * @throws PayloadError if the text is not JSON: then something else than the engine wrote it.
 * @example decodePayload('{"a":1}') // { a: 1 }
 */
export function decodePayload(text: string | null): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PayloadError(
      'A stored payload is not JSON. It was written past the engine, or a codec is missing.',
      { cause, details: { length: text.length } },
    )
  }
}

/**
 * A value that nobody else has: who changes it changes it for themselves. What is no plain object or array, a Date
 * that a schema made, say, is the same.
 * @example copyPlain({ list: [1] }).list.push(2)
 */
export function copyPlain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyPlain) as T
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const one = copyPlain((value as Record<string, unknown>)[key])
    if (key === '__proto__') Object.defineProperty(copy, key, { ...plain, value: one })
    else copy[key] = one
  }
  return copy as T
}

/** A property as assignment makes it. */
const plain = { enumerable: true, configurable: true, writable: true }

/** What `tx.query` of pg gives, of one statement or several: it would bring its parsers along. */
function readQueryResult(value: unknown): unknown {
  try {
    if (isQueryResult(value)) return plainResult(value)
    const several = Array.isArray(value) && isQueryResult(value[0]) && value.every(isQueryResult)
    return several ? value.map(plainResult) : value
  } catch {
    return value // a proxy that throws: the walk says where
  }
}

type QueryResult = { command: string; rowCount: number | null; rows: unknown[] }

function isQueryResult(value: unknown): value is QueryResult {
  if (typeof value !== 'object' || value === null || value.constructor?.name !== 'Result')
    return false
  return 'command' in value && 'rowCount' in value && 'rows' in value && '_parsers' in value
}

function plainResult({ command, rowCount, rows }: QueryResult): QueryResult {
  return { command, rowCount, rows }
}

function stringify(value: unknown, what: string): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    // Only for values that change while they are read: findProblem has passed them.
    throw newError(what, 'throws', '$', 'throws when it is read. Store plain data.', cause)
  }
  if (text !== undefined) return text
  throw newError(
    what,
    'nothing',
    '$',
    `is ${nothingOf(value)}, which JSON drops. Store plain data.`,
  )
}

function nothingOf(value: unknown): string {
  if (typeof value === 'object') return 'an object whose toJSON returns nothing'
  return `a ${typeof value}`
}

/** The escape may be a literal backslash, so the text is read back to be sure. */
function refuseBadText(text: string, what: string): void {
  const problem = findTextProblem(JSON.parse(text))
  if (problem) refuse(problem, what)
}

function refuse({ rule, path, sentence, cause }: JsonProblem, what: string): never {
  throw newError(what, rule, formatPath(path), sentence, cause)
}

function refuseSize(what: string, maxBytes: number): never {
  const sentence = `takes more than ${maxBytes} bytes as JSON. Store only where it is kept.`
  const details = { maxBytes }
  throw newError(what, 'size', '$', sentence, undefined, details)
}

function newError(
  what: string,
  rule: string,
  path: string,
  sentence: string,
  cause?: unknown,
  more?: object,
): PayloadError {
  return new PayloadError(`${capitalise(what)} cannot be stored: ${path} ${sentence}`, {
    details: { what, path, rule, ...more },
    ...(cause === undefined ? {} : { cause }),
  })
}
