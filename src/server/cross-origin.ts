import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { ServerEnv } from './server-parts.ts'

/** What a page may read of an answer beside its body. */
const EXPOSED = [
  ...['location', 'retry-after', 'x-request-id', 'idempotency-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
]
const ALLOWED = [
  'authorization',
  'x-api-key',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'x-request-id',
]

/** Lets pages of these origins call; null for none: then browsers let none. Keys are sent by hand, cookies never. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<ServerEnv> | null {
  if (origins.length === 0) return null
  const allow = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ALLOWED,
    exposeHeaders: EXPOSED,
    maxAge: 600,
  })
  // what comes from no page is nobody's concern here
  return (c, next) => (c.req.header('origin') === undefined ? next() : allow(c, next))
}
