import { randomBytes } from 'node:crypto'

/** A new secret, of a form that every scheme takes: 256 random bits. @example drawSecret() // 'whsec_…' */
export function drawSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
