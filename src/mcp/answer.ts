import { ERROR_CODES } from '../model/error-codes.ts'

/** What a tool gives back to its client. */
export type Answer = { content: { type: 'text'; text: string }[]; isError?: boolean }

/** Characters of a whole answer: what a model reads of it is paid for. */
const MOST = 50_000
/** Below this a cut payload says nothing any more. */
const LEAST = 50
/** Fields whose values are users' own: their names stay, and they are cut when they are long. */
const PAYLOADS = new Set([
  ...['input', 'output', 'data', 'details', 'state', 'attributes', 'document', 'failure'],
  ...['input_schema', 'run_options', 'fields'],
  ...['metadata', 'context', 'conditions', 'state_metadata'],
])

/**
 * A value as JSON, with the names of SQL. Payloads longer than `most` characters are cut, and so are shorter
 * ones where the whole would be too long; a note says so.
 */
export function toAnswer(value: unknown, most: number): Answer {
  for (let length = most; ; length = Math.floor(length / 2)) {
    const cuts: number[] = []
    const shown = show(value, length, cuts)
    const whole = cuts.length === 0 ? shown : { ...(shown as object), note: noteOf(cuts, length) }
    const text = JSON.stringify(whole)
    if (text.length <= MOST || length <= LEAST) return { content: [{ type: 'text', text }] }
  }
}

/** An error with its code, so that the model can tell what to do. */
export function toErrorAnswer(error: unknown): Answer {
  const { code, message, details, hint } = error as {
    code?: unknown
    message?: unknown
    details?: unknown
    hint?: unknown
  }
  const known = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
  // of others the text may tell what is nobody's business, such as an address of the database
  const body = known
    ? { code, message, ...(hint ? { hint } : {}), ...(details ? { details } : {}) }
    : { code: 'MR099', message: 'The call failed within the engine; its log says why.' }
  const text = JSON.stringify({ error: body })
  return { content: [{ type: 'text', text: text.slice(0, MOST) }], isError: true }
}

function noteOf(cuts: readonly number[], length: number): string {
  const longest = Math.max(...cuts)
  return `${cuts.length} values are longer than ${length} characters and were cut to {"$cut", "$characters"}; the longest has ${longest}. Ask for less at once, or for one run with max_chars.`
}

function show(value: unknown, most: number, cuts: number[]): unknown {
  if (Array.isArray(value)) return value.map((item) => show(item, most, cuts))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  const plain = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value
  const entries = Object.entries(plain as object).map(([key, item]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return [name, PAYLOADS.has(name) ? cut(item, most, cuts) : show(item, most, cuts)]
  })
  return Object.fromEntries(entries)
}

function cut(value: unknown, most: number, cuts: number[]): unknown {
  const text = JSON.stringify(value)
  if (text === undefined || text.length <= most) return value
  cuts.push(text.length)
  return { $cut: text.slice(0, most), $characters: text.length }
}
