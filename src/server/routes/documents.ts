import { makeDocument } from '../api-document.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'

/** The description of the server for programs. Made when it is first asked for. */
export function documentRoutes(app: ServerApp, parts: ServerParts): void {
  let document: string | null = null
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(makeDocument(app, parts.options.basePath))
    c.header('cache-control', 'no-cache')
    return c.body(document, 200, { 'content-type': 'application/json' })
  })
}
