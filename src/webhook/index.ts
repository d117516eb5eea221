// Signatures of webhooks, in and out: see docs/webhooks.md.
export type { Refusal } from './claim.ts'
export { type DeliveryId, deliveryIdOf, slackChallenge } from './delivery-id.ts'
export { drawSecret } from './draw-secret.ts'
export { isWebhookPath } from './path.ts'
export { cleanPayload, readPayload, safeHeaders } from './payload.ts'
export type { HeadersLike, Received } from './received.ts'
export { checkScheme, checkSecret, SCHEMES, type Scheme, TOLERANCE_MS } from './scheme.ts'
export { type Message, signWebhook } from './sign.ts'
export {
  readStoredSecret,
  type SecretOf,
  type SecretSeal,
  secretOf,
  storeSecret,
} from './stored-secret.ts'
export { type Verdict, type VerifyOptions, verifyWebhook } from './verify.ts'
