import { UnavailableError } from '../model/errors.ts'

/** Encrypts secrets for the database. What is sealed for one name cannot be opened under another. */
export type SecretSeal = {
  seal(of: SecretOf, secret: string): string
  open(of: SecretOf, sealed: string): string
}

/** Whose secret: of a tenant, under a name. */
export type SecretOf = { readonly tenant: string; readonly name: string }

/** As it is sent to the database. */
export type SecretToStore = { readonly text: string; readonly sealed: boolean }

/** The name under which the secrets of a webhook are sealed. */
export function secretOf(tenant: string, webhook: string): SecretOf {
  // no name of a tenant's own secrets begins like that
  return { tenant, name: `$webhook:${webhook}` }
}

/** A secret for the database; without a seal as it is. */
export function storeSecret(seal: SecretSeal | null, of: SecretOf, secret: string): SecretToStore {
  if (seal === null) return { text: secret, sealed: false }
  return { text: seal.seal(of, secret), sealed: true }
}

/**
 * A secret as it was before it was stored.
 * @throws UnavailableError for one that is sealed, where this process has no key
 */
export function readStoredSecret(seal: SecretSeal | null, of: SecretOf, stored: string): string {
  if (stored.startsWith('plain:')) return stored.slice('plain:'.length)
  if (seal !== null) return seal.open(of, stored.slice('sealed:'.length))
  throw new UnavailableError(
    `The secret of ${of.name} is encrypted, and this process has no key. Give it the one that it was put with.`,
  )
}
