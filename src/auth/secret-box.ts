import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_SECRET_BYTES } from '../model/limits.ts'

/** Which secret: part of what is encrypted, so that none can be put in another's place. */
export type SecretName = { readonly tenant: string; readonly name: string }

type Key = { readonly id: string; readonly key: Buffer }

const form = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9+/]+={0,2})$/
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts the secrets of tenants with AES-256-GCM, under a key that only the processes of the operator have. The
 * name and the tenant are authenticated with it: a secret that is copied to another row cannot be opened there.
 * @example const box = new SecretBox(process.env.MILLRACE_SECRETS_KEY)
 */
export class SecretBox {
  readonly #keys: readonly Key[]

  /**
   * @param keys 32 random bytes, as base64 or as 64 hex digits (`openssl rand -base64 32`). Of several the first
   *   encrypts, and all decrypt: to change the key, put the new one before the old one, and have all secrets encrypted
   *   anew (`client.resealSecrets()`); then the old one may go.
   * @throws InvalidInputError that does not show the key
   */
  constructor(keys: string | readonly string[]) {
    this.#keys = [keys].flat().map(readKey)
    if (this.#keys.length === 0) throw new InvalidInputError(`There is no secretsKey. ${remedy}`)
  }

  /** The key that encrypts, by the first digits of its hash. */
  get keyId(): string {
    return this.#first.id
  }

  get #first(): Key {
    return this.#keys[0] as Key
  }

  /** @throws InvalidInputError for what is no text, or larger than 64 KiB */
  seal(of: SecretName, value: string): string {
    if (typeof value !== 'string' || value === '')
      throw new InvalidInputError(`The secret "${of.name}" has no value. Give a text.`)
    const bytes = Buffer.from(value, 'utf8')
    if (bytes.length > MAX_SECRET_BYTES)
      throw new InvalidInputError(
        `The secret "${of.name}" has ${bytes.length} bytes, over the limit of ${MAX_SECRET_BYTES}.`,
      )
    const { id, key } = this.#first
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bindingOf(of))
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    return `v1.${id}.${sealed.toString('base64')}`
  }

  /** @throws InvalidInputError if none of the keys opens it, or if it was changed */
  open(of: SecretName, sealed: string): string {
    const [, id, text] = form.exec(sealed) ?? []
    const key = this.#keys.find((one) => one.id === id)
    if (key === undefined || text === undefined)
      throw new InvalidInputError(
        `The secret "${of.name}" is encrypted under the key ${id}, which this process does not have. Give it to the engine, behind the new one: secretsKey: [new, old].`,
        { details: { name: of.name, key: id } },
      )
    const bytes = Buffer.from(text, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(bindingOf(of)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES)
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
    } catch (cause) {
      throw new InvalidInputError(
        `The secret "${of.name}" cannot be opened: it was changed, or is another's. Put it again.`,
        { details: { name: of.name }, cause },
      )
    }
  }
}

const remedy = 'Give 32 random bytes as base64: openssl rand -base64 32.'

function readKey(text: string): Key {
  const hex = typeof text === 'string' && /^[0-9a-f]{64}$/i.test(text)
  const base64 = typeof text === 'string' && /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
  if (!hex && !base64)
    throw new InvalidInputError(`The secretsKey is not valid: it must be 32 bytes. ${remedy}`)
  const bytes = Buffer.from(text, hex ? 'hex' : 'base64')
  // not the key itself: it may serve other purposes one day
  const key = Buffer.from(hkdfSync('sha256', bytes, '', 'millrace secrets v1', 32))
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key }
}

function bindingOf({ tenant, name }: SecretName): Buffer {
  return Buffer.from(`millrace secret v1\0${tenant}\0${name}`, 'utf8')
}
