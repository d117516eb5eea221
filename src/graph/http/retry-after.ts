/** IMF-fixdate and the two older forms of RFC 9110. */
const httpDate =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} [\d:]{8} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/

/**
 * How long a server asks to wait, in milliseconds, at most `maxMs`; null if it does not say, says
 * nothing that can be read, or names a time that is over.
 * @example readRetryAfter('120', Date.now(), 3_600_000) // 120_000
 * @example readRetryAfter('Wed, 21 Oct 2015 07:28:00 GMT', now, max)
 */
export function readRetryAfter(value: unknown, now: number, maxMs: number): number | null {
  const text = typeof value === 'string' ? value.trim() : ''
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : readDate(text) - now
  return ms > 0 ? Math.min(Math.ceil(ms), maxMs) : null
}

function readDate(text: string): number {
  if (!httpDate.test(text)) return Number.NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
