import { toStorable } from '../model/text.ts'
import { type HeadersLike, listHeaders, readHeader } from './received.ts'

/**
 * The body of a delivery, as the run sees it: JSON, whatever its content type says; the fields of a form; else `{}`, as
 * the Workflow Automation Engine has it.
 */
export function readPayload(body: Uint8Array, headers: HeadersLike): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return {}
  }
  try {
    return JSON.parse(text)
  } catch {
    const type = readHeader(headers, 'content-type') ?? ''
    return /^application\/x-www-form-urlencoded\b/i.test(type) ? readForm(text) : {}
  }
}

/** A field that came more than once is a list. */
function readForm(text: string): Record<string, string | string[]> {
  const fields = new URLSearchParams(text)
  const names = [...new Set(fields.keys())]
  const entries = names.map((name) => {
    const values = fields.getAll(name)
    return [name, values.length === 1 ? (values[0] as string) : values] as const
  })
  // not by assignment: a field may be called __proto__
  return Object.fromEntries(entries)
}

/**
 * The same without what Postgres cannot store: U+0000 goes, halves of surrogate pairs become U+FFFD.
 * @param value not deeper than a payload may be
 */
export function cleanPayload(value: unknown): unknown {
  if (typeof value === 'string') return toStorable(value, Number.MAX_SAFE_INTEGER)
  if (Array.isArray(value)) return value.map(cleanPayload)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, one]) => [cleanPayload(name), cleanPayload(one)]))
}

/** Headers that are secrets, or do for one: with them a delivery could be sent again, or somebody's name be used. */
const secretNames =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-hub-signature(-256)?|stripe-signature|x-slack-signature|webhook-signature|svix-signature)$|(^|[-_])(token|secret|password|passwd|api[-_]?key|signature|session|credentials?)([-_]|$)/

const MAX_HEADERS = 64
const MAX_VALUE_BYTES = 2048

/** The headers that are kept and shown to the run, by their names in small letters. */
export function safeHeaders(headers: HeadersLike): Record<string, string> {
  const kept = listHeaders(headers).filter(([name]) => !secretNames.test(name))
  return Object.fromEntries(
    kept
      .slice(0, MAX_HEADERS)
      .map(([name, value]) => [toStorable(name, 128), toStorable(value, MAX_VALUE_BYTES)]),
  )
}
