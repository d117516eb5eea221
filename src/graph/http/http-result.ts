import { toStorable } from '../../model/text.ts'
import type { Content } from './content.ts'

/** Header names in small letters; a header that came more than once has a list. */
export type ResponseHeaders = Record<string, string | string[]>

/** The output of an http step. It can always be stored as the result of one. */
export type HttpResult = {
  status_code: number
  headers: ResponseHeaders
  /** Parsed, or text without U+0000; null where JSON was expected and nothing came. */
  body: unknown
  /** The text of a parsed body, where both fit into the result. */
  text?: string
  /** Milliseconds of the whole request, redirects included. */
  duration_ms: number
  /** True if the body is only the beginning of what came. */
  truncated?: true
}

/** Headers as undici gives them, name and value in turn. */
export function readResponseHeaders(raw: readonly (string | string[])[]): ResponseHeaders {
  const headers = new Map<string, string | string[]>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase()
    const before = headers.get(name) ?? []
    const values = [before, raw[i + 1] as string | string[]].flat()
    headers.set(name, values.length === 1 ? (values[0] as string) : values)
  }
  // not by assignment: a header may be called __proto__
  return Object.fromEntries(headers)
}

/** Everything of a result but its body. */
export type ResultFrame = Omit<HttpResult, 'body' | 'text' | 'truncated'>

/**
 * The result, within its limit of bytes as JSON: the text beside a parsed body goes first; null if it
 * is too large without. A text is cut where that is wanted.
 */
export function fitResult(
  frame: ResultFrame,
  { body, text }: Content,
  truncated: boolean,
  limit: { maxResultBytes: number; truncate: boolean },
): HttpResult | null {
  const mark = truncated ? { truncated } : {}
  const alone = { ...frame, body, ...mark } as HttpResult
  const room = limit.maxResultBytes - sizeOf(alone)
  if (room >= 0) {
    const fits = text !== undefined && room >= sizeOf(text) + ',"text":'.length
    return fits ? { ...alone, text } : alone
  }
  if (!limit.truncate) return null
  const whole = typeof body === 'string' ? body : (text ?? '')
  const empty: HttpResult = { ...frame, body: '', truncated: true }
  const left = limit.maxResultBytes - sizeOf(empty)
  return left < 0 ? null : { ...empty, body: cut(whole, left) }
}

/** The longest beginning of a text that takes so many bytes as JSON. */
function cut(text: string, bytes: number): string {
  let fits = 0
  let over = text.length + 1
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    if (sizeOf(text.slice(0, middle)) - 2 <= bytes) fits = middle
    else over = middle
  }
  // half of a pair at the end cannot be stored
  return toStorable(text.slice(0, fits).replace(/[\ud800-\udbff]$/, ''), Number.MAX_SAFE_INTEGER)
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
