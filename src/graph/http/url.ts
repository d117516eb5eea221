import { HttpFinalError } from './http-error.ts'
import { hasSecret, type Redactor } from './redactor.ts'

/** Characters of a URL: servers refuse longer ones, and most of this length are a mistake. */
export const MAX_URL = 8192

/** A text as a URL, of a relative one with its base; null if it is none. */
export function parseUrl(text: string, base?: URL): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}

/**
 * The URL of a request. Its spelling is settled here once: what is looked up, connected to, compared
 * and sent are all parts of this object.
 * @throws HttpFinalError (`url`, `scheme`, `credentials`)
 */
export function readUrl(given: unknown): URL {
  const text = typeof given === 'string' ? given.trim() : ''
  // the parser would drop them without a word, and what is left is not what anybody meant
  const valid = text.length <= MAX_URL && !/[\p{Cc}\p{Cs}]/u.test(text)
  const url = valid ? parseUrl(text) : null
  if (url === null) {
    const rule = `must be a whole URL of at most ${MAX_URL} characters, without control characters`
    throw new HttpFinalError(
      'url',
      `The url of the request ${rule}, such as "https://example.com".`,
    )
  }
  const problem = problemOf(url)
  if (problem) throw new HttpFinalError(problem[0], `The url of the request ${problem[1]}`)
  return url
}

/** What forbids a URL, at the start or as the target of a redirect; null if nothing does. */
export function problemOf(url: URL): ['scheme' | 'credentials', string] | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return ['scheme', 'must begin with "https://" or "http://".']
  }
  if (url.username === '' && url.password === '') return null
  return ['credentials', 'has a user or a password in it. Send an Authorization header instead.']
}

/**
 * A URL as messages show it: without its query, which may hold keys, and without secrets in its path.
 * @example showUrl(new URL('https://a.example/b?key=1'), redact) // 'https://a.example/b?…'
 */
export function showUrl(url: URL, redact: Redactor): string {
  const path = `${url.origin}${url.pathname}`
  // a secret may be in the path with some letters encoded and others not
  const shown = hasSecret(decode(path), redact) ? redact(decode(path)) : redact(path)
  return `${shown.slice(0, 500)}${url.search === '' ? '' : '?…'}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
