import { WorkflowClient } from '../client/workflow-client.ts'
import { makeDocument } from './api-document.ts'
import { makeApp } from './make-app.ts'
import { makeParts } from './make-parts.ts'
import { resolveServerOptions } from './server-options.ts'

/** The OpenAPI document without a server: what `npm run openapi` writes. */
export function describeApi(): Record<string, unknown> {
  // routes are only described here, not called, and nothing connects before it is needed
  const engine = new WorkflowClient({ connectionString: 'postgres://127.0.0.1:1/none' })
  const options = resolveServerOptions({})
  return makeDocument(makeApp(makeParts(engine, options, new AbortController().signal)))
}
