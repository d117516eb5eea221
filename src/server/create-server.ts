import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { Listening, type ListenOptions } from './listening.ts'
import { makeApp } from './make-app.ts'
import { ServerMetrics } from './server-metrics.ts'
import { resolveServerOptions, type ServerOptions } from './server-options.ts'
import type { ServerParts } from './server-parts.ts'

/** A server: as a function of standard requests, as a listener of Node's, or with a port of its own. */
export type Server = {
  /** Answers a request. Never throws: mistakes are answered too. */
  fetch(request: Request, bindings?: object): Promise<Response>
  /** The same for Node's http, Express and Fastify. */
  node(request: IncomingMessage, response: ServerResponse): void
  /** Takes connections. @throws InvalidInputError, and what listening throws (EADDRINUSE) */
  listen(options?: ListenOptions): Promise<{ url: string }>
  /**
   * Takes no more connections, lets what waits answer now, ends streams, and waits for what is under way, at most
   * `timeout`. The engine stays as it is.
   */
  close(options?: { timeout?: number }): Promise<void>
}

/**
 * The HTTP API of an engine, for all its tenants. Nothing connects or listens before it is asked to.
 * @param engine a WorkflowEngine, or a client: routes need no worker in this process
 * @throws InvalidInputError
 * @example const server = createServer(engine, { authenticate })
 *   await server.listen({ port: 3000 })
 */
export function createServer(engine: WorkflowClient, options: ServerOptions = {}): Server {
  const resolved = resolveServerOptions(options)
  const closing = new AbortController()
  const parts: ServerParts = {
    engine,
    options: resolved,
    logger: resolved.logger,
    metrics: new ServerMetrics(),
    closing: closing.signal,
  }
  const app = makeApp(parts)
  const fetch = async (request: Request, bindings: object = {}) => app.fetch(request, bindings)
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false })
  const node = (request: IncomingMessage, response: ServerResponse) =>
    void listener(request, response)
  const listening = new Listening(node)
  return {
    fetch,
    node,
    listen: (where) => listening.start(where),
    async close({ timeout } = {}) {
      closing.abort()
      await listening.stop(timeout)
    },
  }
}
