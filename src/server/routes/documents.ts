import { makeDocument } from '../api-document.ts'
import { type ApiDocument, DOCS_POLICY, docsPage } from '../docs-page.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'

/** The description of the server, for programs and people, and at the root where it is. Made when it is first asked for; anybody may read it. */
export function documentRoutes(app: ServerApp, parts: ServerParts): void {
  app.get('/', (c) =>
    c.json({
      name: 'millrace',
      docs: 'docs',
      openapi: 'openapi.json',
      health: ['healthz', 'readyz'],
    }),
  )
  let made: { json: string; page: string } | null = null
  const make = () => {
    const document = makeDocument(app, parts.options.basePath)
    const json = JSON.stringify(document)
    return { json, page: docsPage(document as unknown as ApiDocument) }
  }
  app.get('/openapi.json', (c) => {
    made ??= make()
    c.header('cache-control', 'no-cache')
    return c.body(made.json, 200, { 'content-type': 'application/json' })
  })
  app.get('/docs', (c) => {
    made ??= make()
    c.header('cache-control', 'no-cache')
    c.header('content-security-policy', DOCS_POLICY)
    return c.html(made.page)
  })
}
