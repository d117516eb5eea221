import { type KnownMember, verifyMember } from '../kernel/access.ts'
import type { Database } from '../kernel/database.ts'
import { type Authenticator, suspended } from './principal.ts'
import { ShortMemory } from './short-memory.ts'

/** As for keys: who is suspended is out within five seconds. */
const REMEMBERED_MS = 4000

/**
 * Lets in whom an authenticator of the user's own knows, unless the tenant is suspended: that is known here, not there.
 * @param session anything that has the `db` of a client or an engine
 * @example const authenticate = notSuspended(async (request) => ({ tenant: 'acme', … }), session)
 */
export function notSuspended(
  authenticate: Authenticator,
  { db }: { readonly db: Database },
): Authenticator {
  const tenants = new ShortMemory<KnownMember | null>()
  return async (request, how) => {
    const principal = await authenticate(request, how)
    if (principal === null) return null
    const { tenant } = principal
    const ask = () => verifyMember(db, tenant, '')
    const known = await tenants.get(tenant, ask, remembered, how?.maxAgeMs)
    // that there is no such tenant is told by whatever is asked of it
    if (known?.suspended) throw suspended(tenant)
    return principal
  }
}

function remembered(known: KnownMember | null): number {
  return known === null ? 0 : REMEMBERED_MS
}
