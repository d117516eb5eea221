import { type KnownKey, verifyKey } from '../kernel/access.ts'
import type { Database } from '../kernel/database.ts'
import { parseApiKey } from './api-key.ts'
import { givenKey } from './credentials.ts'
import { type Authenticator, type Principal, suspended } from './principal.ts'
import { ShortMemory } from './short-memory.ts'

/** How long a key that was good is taken for good: a revocation holds within five seconds, a query included. */
const REMEMBERED_MS = 4000

/**
 * Knows who sends a request by its API key, in `X-API-Key` or `Authorization: Bearer`. A key that was good is not
 * looked up again for four seconds, so that one that is revoked is refused within five; a key that is not good is
 * not remembered. A mistyped one costs no query.
 * @param session the connection of a client or an engine; anything that has its `db`
 * @example const authenticate = apiKeyAuthenticator(session)
 */
export function apiKeyAuthenticator({ db }: { readonly db: Database }): Authenticator {
  const memory = new ShortMemory<KnownKey | null>()
  return async (request, { maxAgeMs } = {}) => {
    const given = givenKey(request)
    const key = given === null ? null : parseApiKey(given)
    if (key === null) return null
    const known = await memory.get(
      key.hash.toString('base64'),
      () => verifyKey(db, key.id, key.hash),
      (found) => (found === null ? 0 : Math.min(REMEMBERED_MS, found.goodMs ?? REMEMBERED_MS)),
      maxAgeMs,
    )
    if (known === null) return null
    if (known.suspended) throw suspended(known.tenant)
    return principalOf(key.id, known)
  }
}

function principalOf(keyId: string, { tenant, scopes }: KnownKey): Principal {
  return { tenant, subject: `key:${keyId}`, roles: [], scopes, keyId }
}
