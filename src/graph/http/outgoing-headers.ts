import { HttpFinalError } from './http-error.ts'
import { quote } from './quote.ts'
import { hasSecret, type Redactor } from './redactor.ts'

/** Names in lower case, in the order given. */
export type OutgoingHeaders = ReadonlyMap<string, string>

const token = /^[!#$%&'*+.^_`|~\da-z-]+$/
// no control characters but the tab, and nothing that latin-1 lacks
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/

/** What frames a message or belongs to one connection is ours: two opinions of it are an attack. */
const reserved = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
])

/** What another origin may get to see of a redirected request: nothing that tells who asks. */
const harmless = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-language',
  'content-type',
  'idempotency-key',
  'user-agent',
])

/** Limits of all headers that a request gives. */
export type HeaderLimits = { maxHeaders: number; maxHeaderBytes: number }

/**
 * The headers of a request, once they are known to be fit. Those that are undefined are left out.
 * @throws HttpFinalError (`header`); it names the header, never its value.
 */
export function readHeaders(given: unknown, limits: HeaderLimits): Map<string, string> {
  const headers = new Map<string, string>()
  for (const [name, value] of entriesOf(given)) {
    if (value === undefined) continue
    const lower = checkName(name)
    if (headers.has(lower)) refuse(name, 'is given twice, in other letters')
    headers.set(lower, checkValue(name, value))
  }
  if (headers.size > limits.maxHeaders) refuseAll(`are more than ${limits.maxHeaders}`)
  const bytes = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (bytes > limits.maxHeaderBytes) refuseAll(`take more than ${limits.maxHeaderBytes} bytes`)
  return headers
}

/** The headers that follow a redirect to another origin. */
export function withoutCredentials(
  headers: OutgoingHeaders,
  redact: Redactor,
): Map<string, string> {
  const kept = [...headers].filter(
    ([name, value]) => harmless.has(name) && !hasSecret(value, redact),
  )
  return new Map(kept)
}

function entriesOf(given: unknown): [string, unknown][] {
  if (given === undefined || given === null) return []
  if (typeof given === 'object' && !Array.isArray(given)) return Object.entries(given)
  return refuseAll('must be an object of names and values')
}

function checkName(name: string): string {
  const lower = name.toLowerCase()
  if (!token.test(lower)) refuse(name, 'has a name that HTTP does not allow')
  if (reserved.has(lower)) refuse(name, 'belongs to the connection, and cannot be set')
  return lower
}

function checkValue(name: string, value: unknown): string {
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  if (!plain) return refuse(name, 'must be a text, a number, true or false')
  const text = String(value)
  if (/[\r\n\0]/.test(text)) refuse(name, 'has a line break or U+0000 in its value')
  if (!valueForm.test(text)) refuse(name, 'has characters that a header cannot carry')
  return text.trim()
}

function refuse(name: string, problem: string): never {
  const hint = 'Change the header, or take it out.'
  throw new HttpFinalError('header', `The header ${quote(name)} ${problem}. ${hint}`)
}

function refuseAll(problem: string): never {
  throw new HttpFinalError('header', `The headers of the request ${problem}. Send fewer.`)
}
