import type { Context } from 'hono'
import type { RateClass } from '../auth/rate-limiter.ts'
import { RateLimitedError } from '../model/errors.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Counts a request against the quota of its tenant, and says in its answer how much is left.
 * @throws RateLimitedError (429)
 */
export async function takeRate(c: Context<ServerEnv>, kind: RateClass): Promise<void> {
  const { tenant } = c.var.principal
  const { allowed, limit, remaining, resetSeconds } = await c.var.parts.limiter.take(tenant, kind)
  if (limit === null) return
  c.header('x-ratelimit-limit', String(limit))
  c.header('x-ratelimit-remaining', String(remaining ?? 0))
  c.header('x-ratelimit-reset', String(resetSeconds))
  if (allowed) return
  throw new RateLimitedError(
    `The tenant "${tenant}" may send ${limit} requests of this kind (${kind}) a minute. Come again in ${resetSeconds} s.`,
    { details: { kind, limit, retryAfter: resetSeconds * 1000 } },
  )
}
