import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { ERROR_CODES, helpUrl } from '../model/error-codes.ts'
import { ambiguityOf } from './ambiguous-request.ts'
import { Listening, type ListenOptions } from './listening.ts'
import { makeApp } from './make-app.ts'
import { makeParts } from './make-parts.ts'
import { resolveServerOptions, type ServerOptions } from './server-options.ts'

/** How long a close waits for what is under way. */
const CLOSE_MS = 10_000

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
   * `timeout` milliseconds (10,000). The engine stays as it is.
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
  const app = makeApp(makeParts(engine, resolved, closing.signal))
  const active = new Set<Promise<Response>>()
  const fetch = (request: Request, bindings: object = {}) => {
    const answer = Promise.resolve(app.fetch(request, bindings))
    active.add(answer)
    const done = () => active.delete(answer)
    answer.then(done, done)
    return answer
  }
  // who speaks HTTP/1.0, as some look whether a server lives, need not name a host
  const listener = getRequestListener(fetch, {
    overrideGlobalObjects: false,
    hostname: 'localhost',
  })
  const node = (request: IncomingMessage, response: ServerResponse) => {
    const why = ambiguityOf(request)
    if (why !== null) return refuseUnread(response, `The request ${why}.`)
    void listener(request, response)
  }
  const listening = new Listening(node)
  return {
    fetch,
    node,
    listen: (where) => listening.start(where),
    async close({ timeout = CLOSE_MS } = {}) {
      closing.abort()
      const late = new AbortController()
      const patience = delay(timeout, null, { signal: late.signal, ref: false }).catch(() => {})
      // also those that came by another server's port
      await Promise.race([Promise.allSettled([...active]), patience])
      await listening.stop(timeout)
      late.abort()
    },
  }
}

/** Of the request nothing is known: its connection is not used again. */
function refuseUnread(response: ServerResponse, detail: string): void {
  const { summary: title, httpStatus: status } = ERROR_CODES.MR060
  const problem = { type: helpUrl('MR060'), title, status, detail, code: 'MR060', details: {} }
  const request_id = randomUUID()
  const error = { code: 'BAD_REQUEST', message: detail, details: [] }
  response.writeHead(status, {
    ...{
      'content-type': 'application/problem+json',
      connection: 'close',
      'cache-control': 'no-store',
    },
    ...{ 'x-content-type-options': 'nosniff', 'x-request-id': request_id },
  })
  response.end(JSON.stringify({ ...problem, request_id, error }))
}
