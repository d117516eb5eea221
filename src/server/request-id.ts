import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ServerEnv, ServerParts } from './server-parts.ts'

/** An id that came with a request is taken if it can stand in a log as it is. */
const form = /^[A-Za-z0-9._:-]{1,128}$/

/** Gives each request its id, which the answer and every line of the log about it name. */
export function nameRequest(parts: ServerParts): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id')
    const id = given !== undefined && form.test(given) ? given : randomUUID()
    c.set('parts', parts)
    c.set('requestId', id)
    c.header('x-request-id', id)
    await next()
  }
}
