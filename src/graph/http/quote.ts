/**
 * A value as errors of requests show it. Whole: only once secrets are masked may a message be cut, for
 * of half a secret nobody knows that it is one.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
