import { InvalidInputError } from '../model/errors.ts'
import { describeValue, isStorable, listWords } from '../model/text.ts'

/**
 * How a sender signs: as GitHub does (`X-Hub-Signature-256`), as Stripe (`Stripe-Signature`), as Slack
 * (`X-Slack-Signature`), by Standard Webhooks (`webhook-signature`), or not at all.
 */
export type Scheme = 'github' | 'stripe' | 'slack' | 'standard' | 'none'

export const SCHEMES: readonly Scheme[] = ['github', 'stripe', 'slack', 'standard', 'none']

/** Milliseconds by which the time of a signature may be off, unless a webhook says otherwise: what the senders name. */
export const TOLERANCE_MS = 300_000

/** Bytes of a secret of Standard Webhooks: 192 to 512 bits. */
const [LEAST_KEY, MOST_KEY] = [24, 64]
/** Characters of any other secret. */
const MAX_SECRET = 256

/** @throws InvalidInputError */
export function checkScheme(value: unknown): Scheme {
  if (SCHEMES.includes(value as Scheme)) return value as Scheme
  throw new InvalidInputError(
    `The scheme ${describeValue(value)} is none of ${listWords(SCHEMES, 'or')}.`,
  )
}

/**
 * A secret, once it is known that the scheme can use it. The error does not show it.
 * @throws InvalidInputError
 */
export function checkSecret(scheme: Scheme, secret: unknown): string {
  const isText = typeof secret === 'string' && secret.trim() !== '' && isStorable(secret)
  if (!isText || secret.length > MAX_SECRET)
    throw new InvalidInputError(
      `The secret of the webhook must be a text of 1 to ${MAX_SECRET} characters.`,
    )
  const key = keyOf(scheme, secret)
  const isKey = key !== null && key.length >= LEAST_KEY && key.length <= MOST_KEY
  if (scheme !== 'standard' || (isKey && secret.startsWith('whsec_'))) return secret
  throw new InvalidInputError(
    `The secret of a webhook of scheme standard must be "whsec_" and ${LEAST_KEY} to ${MOST_KEY} bytes in base64. Leave it out: then one is drawn.`,
  )
}

/** The bytes that sign; null for a secret with which nothing may be signed. */
export function keyOf(scheme: Scheme, secret: string): Buffer | null {
  if (scheme !== 'standard') return secret === '' ? null : Buffer.from(secret)
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret
  const key = Buffer.from(text, 'base64')
  // what is no base64 Node passes over: another secret would do as well
  return key.length > 0 && key.toString('base64') === text ? key : null
}
