import type { Context } from 'hono'
import type { ServerEnv } from './server-parts.ts'

/** Names by which a program of this machine calls a server of it. */
const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i
/** What proxies add: behind one, whoever reaches it would seem to be of this machine. */
const ofProxies = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']

/**
 * Whether whoever asks may make a tenant. Where only programs of this machine may: a page of the internet whose name was made to
 * lead here (DNS rebinding) names itself as the host, and what came by a proxy says so.
 */
export function mayRegister(c: Context<ServerEnv>): boolean {
  const { selfRegistration } = c.var.parts.options
  if (selfRegistration !== 'local') return selfRegistration
  const host = c.req.header('host') ?? new URL(c.req.url).host
  return local.test(host) && ofProxies.every((name) => c.req.header(name) === undefined)
}
