import { HttpFinalError } from './http-error.ts'
import type { OutgoingBody } from './outgoing-body.ts'
import { type OutgoingHeaders, withoutCredentials } from './outgoing-headers.ts'
import { hasSecret, type Redactor } from './redactor.ts'
import { parseUrl, problemOf } from './url.ts'

/** One request on its way, of several if there are redirects. */
export type Hop = {
  readonly url: URL
  readonly method: string
  readonly headers: OutgoingHeaders
  readonly body: OutgoingBody
}

const statuses = new Set([301, 302, 303, 307, 308])

/** Whether an answer sends elsewhere: a status of redirects, with a Location. */
export function isRedirect(status: number, location: unknown): boolean {
  return statuses.has(status) && location !== undefined
}

/**
 * The request that follows a redirect, its method and body changed as browsers do. To another origin
 * go no headers but harmless ones, and no body with a secret in it.
 * @throws HttpFinalError (`redirect`) if the redirect may not be followed.
 */
export function followRedirect(hop: Hop, status: number, location: unknown, redact: Redactor): Hop {
  const url = targetOf(hop.url, location)
  const rewritten = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  const next = rewritten ? asGet(hop) : hop
  if (url.origin === hop.url.origin) return { ...next, url }
  if (next.body !== null && hasSecret(next.body.bytes.toString(), redact)) {
    throw refuse('leads to another host, and the body of the request has a secret in it')
  }
  return { ...next, url, headers: withoutCredentials(next.headers, redact) }
}

function targetOf(from: URL, location: unknown): URL {
  const url = typeof location === 'string' ? parseUrl(location, from) : null
  if (url === null) throw refuse('has a Location that is no URL')
  if (problemOf(url)?.[0] === 'scheme') throw refuse('leads neither to https nor to http')
  if (problemOf(url)) throw refuse('leads to a URL with a user or a password in it')
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw refuse('leads from https to http, where anybody on the way can read it')
  }
  return url
}

function asGet(hop: Hop): Hop {
  const kept = [...hop.headers].filter(([name]) => !name.startsWith('content-'))
  // what makes a repeated change harmless says nothing of a question
  const headers = new Map(kept.filter(([name]) => name !== 'idempotency-key'))
  return { ...hop, method: 'GET', headers, body: null }
}

function refuse(problem: string): HttpFinalError {
  return new HttpFinalError('redirect', `The redirect ${problem}. It is not followed.`)
}
