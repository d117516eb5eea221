import { toStorable } from '../../model/text.ts'

const mask = '***'

/** A text without the values that must not be seen. */
export type Redactor = (text: string) => string

/**
 * Replaces values, and what they are in a URL, a form, a JSON text or base64, by `***`, in any case of
 * letters: a host is written in small ones.
 * @example createRedactor(['s3cret'])('token s3cret') // 'token ***'
 */
export function createRedactor(values: readonly string[]): Redactor {
  const forms = new Set(values.filter((value) => value.trim() !== '').flatMap(formsOf))
  if (forms.size === 0) return (text) => text
  // the longest first: one value may be the beginning of another
  const sorted = [...forms].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(sorted.map(escapePattern).join('|'), 'gi')
  return (text) => text.replace(pattern, mask)
}

/** Whether a text has one of the values, in any of those forms. */
export function hasSecret(text: string, redact: Redactor): boolean {
  return redact(text) !== text
}

function formsOf(given: string): string[] {
  const value = toStorable(given.trim(), Number.MAX_SAFE_INTEGER)
  const bytes = Buffer.from(value)
  const base64 = [bytes.toString('base64'), bytes.toString('base64url')]
  const form = new URLSearchParams({ a: value }).toString().slice(2)
  const quoted = JSON.stringify(value).slice(1, -1)
  return [value, encodeURIComponent(value), encodeURI(value), form, quoted, ...base64]
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
