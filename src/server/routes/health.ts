import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { PermissionError } from '../../model/errors.ts'
import { HealthLook } from '../health.ts'
import type { ServerApp, ServerEnv, ServerParts } from '../server-parts.ts'

/**
 * What machines ask of a server: whether the process lives, whether it can serve, and its numbers. Open to all, but
 * for the numbers: those are for whom the option says.
 */
export function healthRoutes(app: ServerApp, { engine, options, metrics }: ServerParts): void {
  const health = new HealthLook(engine)
  app.get('/healthz', (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ status: 'ok' })
  })
  app.get('/readyz', async (c) => {
    const { notReady, body } = await health.look()
    c.header('cache-control', 'no-store')
    return c.json(body, notReady === null ? 200 : 503)
  })
  const allowed = options.metrics
  if (allowed === null) return
  app.get('/metrics', async (c) => {
    if (allowed !== 'open') checkToken(c, allowed.token)
    const state = await engine.getEngineState().catch(() => null)
    c.header('cache-control', 'no-store')
    return c.body(metrics.text(state), 200, { 'content-type': 'text/plain; version=0.0.4' })
  })
}

/** @throws PermissionError (401), RateLimitedError (429) */
function checkToken(c: Context<ServerEnv>, token: string): void {
  const { failures } = c.var.parts
  failures.check(c)
  if (isToken(c.req.header('authorization'), token)) return failures.passed(c)
  failures.failed(c)
  throw new PermissionError(
    'The numbers of the server need its token. Send "Authorization: Bearer …" with it.',
    { details: { status: 401 } },
  )
}

/** Compared by their digests: these are of one length, and tell nothing by the time that it takes. */
function isToken(given: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`))
}
