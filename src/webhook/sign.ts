import { InvalidInputError } from '../model/errors.ts'
import { readId } from './claim.ts'
import { keyOf } from './scheme.ts'
import { hmacOf } from './verify.ts'

/** A message to be signed by Standard Webhooks. */
export type Message = {
  /** Of the message, the same at each attempt: whoever receives it twice knows by it. */
  id: string
  /** Of this attempt, milliseconds since 1970. */
  now: number
  body: string
  /** Each signs: whoever has one of them can check it. */
  secrets: readonly string[]
}

/**
 * The three headers of Standard Webhooks.
 * @throws InvalidInputError without a secret that can sign
 * @example await fetch(url, { method: 'POST', body, headers: signWebhook({ id, now: Date.now(), body, secrets }) })
 */
export function signWebhook({ id, now, body, secrets }: Message): Record<string, string> {
  if (readId(id) === null)
    throw new InvalidInputError('The id of a webhook message must be printable ASCII.')
  const keys = secrets.flatMap((secret) => keyOf('standard', secret) ?? [])
  if (keys.length === 0)
    throw new InvalidInputError('A webhook message needs a secret that can sign: "whsec_…".')
  const at = Math.floor(now / 1000)
  const signatures = keys.map((key) => hmacOf(key, [`${id}.${at}.`, body]).toString('base64'))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  }
}
