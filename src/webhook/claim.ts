import { type Received, readHeader } from './received.ts'
import type { Scheme } from './scheme.ts'

/** Why a delivery is refused. */
export type Refusal =
  | 'no_secret'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_wrong'
  | 'time_wrong'

/** What a delivery claims about itself: nothing of it is true before the signature is checked. */
export type Claim = {
  /** Of which one must be right. */
  readonly signatures: readonly Buffer[]
  /** What is signed, in parts. */
  readonly content: readonly (string | Uint8Array)[]
  /** Seconds since 1970; null: the scheme has no time. */
  readonly at: number | null
}

/** Signatures of one delivery that are looked at: a sender has few secrets, and each is a comparison. */
const MAX_SIGNATURES = 16

type Read = (received: Received) => Claim | Refusal

const hex = /^[0-9a-f]{64}$/
const base64 = /^[A-Za-z0-9+/]{43}=$/
const seconds = /^[1-9][0-9]{0,11}$/
/** What a sender may call a delivery: no space, no comma, nothing that is not ASCII. */
const id = /^[\x21-\x2b\x2d-\x7e]{1,200}$/

/** `X-Hub-Signature-256: sha256=<hex>`, over the body. */
const github: Read = ({ headers, body }) => {
  const header = readHeader(headers, 'x-hub-signature-256')
  if (header === null) return 'signature_missing'
  const text = header.startsWith('sha256=') ? header.slice('sha256='.length) : ''
  if (!hex.test(text)) return 'signature_malformed'
  return { signatures: [Buffer.from(text, 'hex')], content: [body], at: null }
}

/** `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]`, over `<t>.<body>`. */
const stripe: Read = ({ headers, body }) => {
  const header = readHeader(headers, 'stripe-signature')
  if (header === null) return 'signature_missing'
  const parts = header.split(',').map((part) => part.split('='))
  const [at, ...moreTimes] = parts.filter(([name]) => name === 't').map(([, value]) => value ?? '')
  const texts = parts.filter(([name]) => name === 'v1').map(([, value]) => value ?? '')
  const isWhole =
    moreTimes.length === 0 &&
    // what another header brought begins with a space
    parts.every((part) => part.length === 2 && /^[a-z0-9]+$/.test(part[0] as string))
  if (!isWhole || !seconds.test(at ?? '') || !areAll(texts, hex)) return 'signature_malformed'
  const signatures = texts.map((text) => Buffer.from(text, 'hex'))
  return { signatures, content: [`${at}.`, body], at: Number(at) }
}

/** `X-Slack-Signature: v0=<hex>`, over `v0:<X-Slack-Request-Timestamp>:<body>`. */
const slack: Read = ({ headers, body }) => {
  const header = readHeader(headers, 'x-slack-signature')
  const at = readHeader(headers, 'x-slack-request-timestamp')
  if (header === null || at === null) return 'signature_missing'
  const text = header.startsWith('v0=') ? header.slice('v0='.length) : ''
  if (!hex.test(text) || !seconds.test(at)) return 'signature_malformed'
  return { signatures: [Buffer.from(text, 'hex')], content: [`v0:${at}:`, body], at: Number(at) }
}

/** `webhook-signature: v1,<base64>[ v1,…]`, over `<webhook-id>.<webhook-timestamp>.<body>`. */
const standard: Read = ({ headers, body }) => {
  const name = readHeader(headers, 'webhook-id')
  const at = readHeader(headers, 'webhook-timestamp')
  const header = readHeader(headers, 'webhook-signature')
  if (name === null || at === null || header === null) return 'signature_missing'
  const parts = header.split(' ').map((part) => part.split(','))
  const texts = parts.filter(([version]) => version === 'v1').map(([, value]) => value ?? '')
  const isWhole = parts.every((part) => part.length === 2) && areAll(texts, base64)
  if (!isWhole || !id.test(name) || !seconds.test(at)) return 'signature_malformed'
  const signatures = texts.map((text) => Buffer.from(text, 'base64'))
  return { signatures, content: [`${name}.${at}.`, body], at: Number(at) }
}

export const claimReaders: Readonly<Record<Exclude<Scheme, 'none'>, Read>> = {
  github,
  stripe,
  slack,
  standard,
}

function areAll(texts: readonly string[], form: RegExp): boolean {
  return (
    texts.length > 0 && texts.length <= MAX_SIGNATURES && texts.every((text) => form.test(text))
  )
}

/** A name that its sender gave to a delivery, if it is one. */
export function readId(value: unknown): string | null {
  return typeof value === 'string' && id.test(value) ? value : null
}
