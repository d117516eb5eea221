import type { Context } from 'hono'
import { hasScope } from '../auth/principal.ts'
import { PermissionError } from '../model/errors.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Who is said to have done it: the principal. Only one that may administer the tenant (a service that acts for its
 * own users) says another.
 * @throws PermissionError
 */
export function actorOf(c: Context<ServerEnv>, by: string | undefined): string {
  const { principal } = c.var
  if (by === undefined || by === principal.subject) return principal.subject
  mayActForOthers(c, 'by')
  return by
}

/** @throws PermissionError */
export function mayActForOthers(c: Context<ServerEnv>, what: string): void {
  if (hasScope(c.var.principal, 'admin')) return
  throw new PermissionError(
    `${c.var.principal.subject} may not say "${what}": who is asked to act for others needs the scope admin. Leave it out.`,
    { details: { scope: 'admin' } },
  )
}
