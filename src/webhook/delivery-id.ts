import { readId } from './claim.ts'
import { type HeadersLike, readHeader } from './received.ts'
import type { Scheme } from './scheme.ts'

/** By what a delivery is known when it comes again. */
export type DeliveryId = {
  /** What its sender calls it; null: nothing. */
  id: string | null
  /**
   * Whether equal content is the same delivery. Where the time is signed it is; GitHub's have a name, but that is not
   * signed: whoever sends one again under another name shall not get through. Others without a name may say the same twice.
   */
  byContent: boolean
}

/** @param payload as it was parsed */
export function deliveryIdOf(scheme: Scheme, headers: HeadersLike, payload: unknown): DeliveryId {
  const header = (name: string) => readId(readHeader(headers, name))
  switch (scheme) {
    case 'standard':
      return { id: header('webhook-id'), byContent: true }
    case 'stripe':
      return { id: readId(fieldOf(payload, 'id')), byContent: true }
    case 'slack':
      return { id: readId(fieldOf(payload, 'event_id')), byContent: true }
    case 'github': {
      const id = header('x-github-delivery')
      return { id: id ?? header('idempotency-key'), byContent: id !== null }
    }
    case 'none':
      return { id: header('idempotency-key') ?? header('webhook-id'), byContent: false }
  }
}

/**
 * What Slack asks when an address is entered there: it wants to see its own text again.
 * @returns that text; null for any other delivery
 */
export function slackChallenge(scheme: Scheme, payload: unknown): string | null {
  if (scheme !== 'slack' || fieldOf(payload, 'type') !== 'url_verification') return null
  const challenge = fieldOf(payload, 'challenge')
  return typeof challenge === 'string' && challenge.length <= 1000 ? challenge : null
}

function fieldOf(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, name)) return null
  return (payload as Record<string, unknown>)[name]
}
