import type { MiddlewareHandler } from 'hono'
import { PermissionError } from '../model/errors.ts'
import { hasScope, type Scope } from './principal.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Lets in who is known and has the scope, as a client of its tenant.
 * @throws PermissionError (401 or 403)
 */
export function admit(scope: Scope): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const { engine, options } = c.var.parts
    const principal = await options.authenticate(c.req.raw)
    if (principal === null)
      throw new PermissionError(
        'Nobody is logged in, or the key or token is not valid. Send "Authorization: Bearer …" or "X-API-Key: …".',
        { details: { authenticated: false } },
      )
    if (!hasScope(principal, scope))
      throw new PermissionError(
        `This needs the scope ${scope}, which ${principal.subject} does not have.`,
        {
          details: { scope },
        },
      )
    c.set('principal', principal)
    c.set('client', engine.forTenant(principal.tenant))
    await next()
  }
}
