import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Claim, claimReaders, type Refusal } from './claim.ts'
import type { Received } from './received.ts'
import { keyOf, type Scheme, TOLERANCE_MS } from './scheme.ts'

/** How a delivery is checked. */
export type VerifyOptions = {
  scheme: Scheme
  /** Any of them may have signed: two while one is replaced by another. */
  secrets: readonly string[]
  /** Milliseconds since 1970. */
  now: number
  /** Milliseconds by which the time of a signature may be off, in both directions. Default 5 minutes. */
  toleranceMs?: number
}

/** Whether somebody who has the secret sent it. */
export type Verdict =
  | {
      ok: true
      /** sha256 of what was signed, in hex: equal for the same delivery sent twice, whatever else is changed. */
      contentKey: string
    }
  | { ok: false; reason: Refusal }

/**
 * Checks the signature of a delivery over the bytes that came. It fails closed: without a secret nothing is
 * accepted, nor is what is not of the scheme's exact form.
 * @example verifyWebhook({ headers, body }, { scheme: 'github', secrets: [secret], now: Date.now() }) // { ok: true, … }
 */
export function verifyWebhook(received: Received, options: VerifyOptions): Verdict {
  const { scheme, secrets, now, toleranceMs = TOLERANCE_MS } = options
  if (scheme === 'none') return { ok: true, contentKey: hashOf([received.body]) }
  const keys = secrets.flatMap((secret) => keyOf(scheme, secret) ?? [])
  if (keys.length === 0) return refuse('no_secret')
  const claim = claimReaders[scheme](received)
  if (typeof claim === 'string') return refuse(claim)
  if (!isSigned(claim, keys)) return refuse('signature_wrong')
  // only now: of a forgery it is told that it is one
  if (claim.at !== null && !(Math.abs(now - claim.at * 1000) <= toleranceMs))
    return refuse('time_wrong')
  return { ok: true, contentKey: hashOf(claim.content) }
}

/** Compares all with all, each in constant time: how long it takes tells nothing of which was nearly right. */
function isSigned({ signatures, content }: Claim, keys: readonly Buffer[]): boolean {
  let found = false
  for (const key of keys) {
    const expected = hmacOf(key, content)
    for (const signature of signatures) found = timingSafeEqual(signature, expected) || found
  }
  return found
}

/** The signature of some content. */
export function hmacOf(key: Uint8Array, content: Claim['content']): Buffer {
  const hmac = createHmac('sha256', key)
  for (const part of content) hmac.update(part)
  return hmac.digest()
}

function hashOf(content: Claim['content']): string {
  const hash = createHash('sha256')
  for (const part of content) hash.update(part)
  return hash.digest('hex')
}

function refuse(reason: Refusal): Verdict {
  return { ok: false, reason }
}
