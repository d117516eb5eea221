import { quietLogger } from '../model/logger.ts'
import { makeDocument } from './api-document.ts'
import { makeApp } from './make-app.ts'
import { resolveServerOptions } from './server-options.ts'

/** The OpenAPI document without a server: what `npm run openapi` writes. */
export function describeApi(): Record<string, unknown> {
  const app = makeApp({
    // routes are only described here, not called
    engine: undefined as never,
    options: resolveServerOptions({}),
    authenticate: async () => null,
    limiter: undefined as never,
    logger: quietLogger,
    closing: new AbortController().signal,
  })
  return makeDocument(app)
}
