import { findProblem, findTextProblem } from '../../model/json-problem.ts'
import { MAX_DEPTH, MAX_PAYLOAD_BYTES } from '../../model/limits.ts'
import { toStorable } from '../../model/text.ts'

/** How a response becomes a body: parsed where its content type says JSON, always, or never. */
export type ResponseKind = 'auto' | 'json' | 'text'

/** Containers of a result around the body: the result itself, and the run state that shows it. */
const DEPTH_AROUND = 2

/** A body that was read: `text` beside it where it was parsed; `invalid` where it should have been. */
export type Content = { body: unknown; text?: string; invalid?: true }

/**
 * The body of a response. What is no JSON, or none that a run can keep, stays text.
 * @example parseContent(Buffer.from('{"a":1}'), 'application/json', 'auto') // { body: { a: 1 }, text: '{"a":1}' }
 */
export function parseContent(bytes: Buffer, type: string, kind: ResponseKind): Content {
  const text = decodeText(bytes, type)
  if (kind === 'text' || (kind === 'auto' && !isJson(type))) return { body: text }
  if (text.trim() === '') return { body: null, text }
  const parsed = parse(text)
  return parsed === undefined ? { body: text, invalid: true } : { body: parsed, text }
}

/** Whether a content type is JSON. @example isJson('application/problem+json; charset=utf-8') // true */
export function isJson(type: string): boolean {
  return /^\s*(application|text)\/json\s*(;|$)|^\s*[\w.!#$&^-]+\/[\w.!#$&^-]+\+json\s*(;|$)/i.test(
    type,
  )
}

/** What Postgres can keep of the text: without U+0000. The charset is the mark's, the type's, or UTF-8. */
function decodeText(bytes: Buffer, type: string): string {
  const charset = charsetOfMark(bytes) ?? /;\s*charset\s*=\s*"?([\w.:+-]+)/i.exec(type)?.[1]
  // as a stream: half a character at a cut end is dropped, not shown as U+FFFD
  const text = decoderFor(charset).decode(bytes, { stream: true })
  return toStorable(text, Number.MAX_SAFE_INTEGER)
}

function charsetOfMark(bytes: Buffer): string | undefined {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0)
  return mark === 0xfeff ? 'utf-16be' : mark === 0xfffe ? 'utf-16le' : undefined
}

function decoderFor(charset = 'utf-8') {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    // the walk for depth first: the one for texts recurses
    if (findProblem(value, MAX_DEPTH - DEPTH_AROUND, MAX_PAYLOAD_BYTES * 64)) return undefined
    return findTextProblem(value) ? undefined : value
  } catch {
    return undefined
  }
}
