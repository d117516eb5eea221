import type { Content } from './content.ts'
import type { ResponseHeaders } from './http-result.ts'
import type { Redactor } from './redactor.ts'

/**
 * A body without the secrets that its server gave back, in whatever spelling of JSON. A number that is
 * one becomes a text.
 */
export function maskContent(content: Content, redact: Redactor): Content {
  const { body, text } = content
  const masked = { ...content, body: maskValue(body, redact) }
  return text === undefined ? masked : { ...masked, text: redact(text) }
}

/** Headers without the secrets that their server gave back. */
export function maskHeaders(headers: ResponseHeaders, redact: Redactor): ResponseHeaders {
  return maskValue(headers, redact) as ResponseHeaders
}

/** Recursive: it is called only with what is known not to be deep. */
function maskValue(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') return redact(String(value)) === '***' ? '***' : value
  if (Array.isArray(value)) return value.map((item) => maskValue(item, redact))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [redact(key), maskValue(item, redact)])
  // not by assignment: a key may be __proto__
  return Object.fromEntries(entries)
}
