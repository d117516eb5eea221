import { toStorable } from '../../model/text.ts'

const mask = '***'

/** A text without the values that must not be seen. */
export type Redactor = (text: string) => string

/**
 * Replaces values, and what they are in a URL, a form, a JSON text or within base64, by `***`, in any
 * case of letters: a host is written in small ones.
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
  const form = new URLSearchParams({ a: value }).toString().slice(2)
  const quoted = JSON.stringify(value).slice(1, -1)
  return [value, encodeURIComponent(value), encodeURI(value), form, quoted, ...encodedForms(value)]
}

/** Letters of base64 that are taken for a part of a secret. */
const MIN_BASE64 = 8

/** In base64, alone or behind something else (`user:`): three letters hold two bytes and a bit, so there are three. */
function encodedForms(value: string): string[] {
  const alone = Buffer.from(value)
  const within = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), alone])
    const [first, end] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)]
    return [bytes.toString('base64'), bytes.toString('base64url')].map((text) =>
      text.slice(first, end),
    )
  })
  const long = within.filter((text) => text.length >= MIN_BASE64)
  return [alone.toString('base64'), alone.toString('base64url'), ...long]
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
