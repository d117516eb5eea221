import type { MiddlewareHandler } from 'hono'
import { isReservedSubject, requireScope, reserved, type Scope } from '../auth/principal.ts'
import type { RateClass } from '../auth/rate-limiter.ts'
import { PermissionError } from '../model/errors.ts'
import { takeRate } from './rates.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Lets in who is known, has the scope and is within the rate, as a client of its tenant.
 * @throws PermissionError (401 or 403), RateLimitedError (429)
 */
export function admit(scope: Scope, kind: RateClass): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const { engine, authenticate, failures } = c.var.parts
    failures.check(c)
    const principal = await authenticate(c.req.raw)
    if (principal === null) {
      failures.failed(c)
      throw new PermissionError(
        'Nobody is logged in, or the key or token is not valid. Send "Authorization: Bearer …" or "X-API-Key: …".',
        { details: { status: 401 } },
      )
    }
    failures.passed(c)
    const { subject, keyId } = principal
    if (isReservedSubject(subject) && subject !== `key:${keyId}`) throw reserved(subject)
    requireScope(principal, scope)
    c.set('principal', principal)
    c.set('client', engine.forTenant(principal.tenant))
    await takeRate(c, kind)
    await next()
  }
}
