import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A key of the right form, whose checksum is right: whether it is anybody's, the database says. */
export type ParsedKey = {
  readonly id: string
  /** SHA-256 of the whole key: what the database has of it. */
  readonly hash: Buffer
}

const form = /^(mr_live_([0-9a-f]{16})_[0-9a-f]{64})([0-9a-f]{8})$/

/**
 * A key: `mr_live_<id>_<secret>`. The id is public; the secret is 256 random bits in hex, and eight digits of a
 * checksum behind them. It is shown once: what is kept is its SHA-256. A slow hash such as bcrypt is for what people
 * think up and others can guess. Nobody guesses 256 bits, and a key is verified at each request.
 * @example const { key, id, hash } = makeApiKey()
 */
export function makeApiKey(): ParsedKey & { readonly key: string } {
  const id = randomBytes(8).toString('hex')
  const body = `mr_live_${id}_${randomBytes(32).toString('hex')}`
  const key = body + checksum(body)
  return { key, id, hash: sha256(key) }
}

/**
 * What a text says as a key; null for what is none: a typing error is found here, without the database.
 * @example parseApiKey('mr_live_…')?.id
 */
export function parseApiKey(text: string): ParsedKey | null {
  const [, body, id, sum] = form.exec(text) ?? []
  if (body === undefined || id === undefined || sum === undefined) return null
  if (!timingSafeEqual(Buffer.from(sum), Buffer.from(checksum(body)))) return null
  return { id, hash: sha256(text) }
}

/** Whether a text looks like one of our keys, however wrong: what begins so must not be logged. */
export function isLikeApiKey(text: string): boolean {
  return text.startsWith('mr_live_')
}

function checksum(body: string): string {
  return sha256(body).toString('hex').slice(0, 8)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
