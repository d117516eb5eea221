import type { MiddlewareHandler } from 'hono'
import type { ServerEnv } from './server-parts.ts'

/**
 * Answers are data of a tenant: no page may frame them, no cache keep them, no browser guess what they are. The page of
 * the documentation sets a policy of its own.
 */
export const secureHeaders: MiddlewareHandler<ServerEnv> = async (c, next) => {
  await next()
  const { headers } = c.res
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-resource-policy', 'same-origin')
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
}
