import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../model/errors.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Refuses requests for other hosts than those that are allowed: a page of somebody's whose name was made to lead here
 * (DNS rebinding) is the browser's same origin.
 */
export const checkHost: MiddlewareHandler<ServerEnv> = async (c, next) => {
  const { allowHosts } = c.var.parts.options
  if (allowHosts !== null) {
    const host = (c.req.header('host') ?? new URL(c.req.url).host).toLowerCase()
    const name = host.replace(/:\d+$/, '')
    if (!allowHosts.includes(host) && !allowHosts.includes(name))
      throw new RequestError(`This server does not answer for the host "${host}".`, {
        code: 'MR064',
        details: { host },
      })
  }
  await next()
}
