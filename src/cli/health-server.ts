import { createServer, type ServerResponse } from 'node:http'
import { InvalidInputError } from '../model/errors.ts'

/** What the health server asks its worker. */
export type Health = {
  /** Null if runs are taken, else why not. */
  notReady(): Promise<string | null>
  metrics(ready: boolean): string
}

export type HealthServer = { readonly port: number; close(): Promise<void> }

/**
 * Serves /live (the process answers), /ready (the database is reached, and knows this worker) and
 * /metrics (Prometheus text). On all addresses: orchestrators ask from outside of the container.
 * @throws InvalidInputError if the port is taken
 */
export async function serveHealth(port: number, health: Health): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/'
    answer(path, response, health).catch((error: Error) => {
      reply(response, 503, 'application/json', JSON.stringify({ error: error.message }))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(port, error)))
    server.listen(port, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(path: string, response: ServerResponse, health: Health): Promise<void> {
  if (path === '/live') return reply(response, 200, 'application/json', '{"status":"live"}')
  if (path === '/ready') {
    const reason = await health.notReady()
    const body = reason === null ? { status: 'ready' } : { status: 'not ready', reason }
    return reply(response, reason === null ? 200 : 503, 'application/json', JSON.stringify(body))
  }
  if (path === '/metrics') {
    const ready = (await health.notReady()) === null
    return reply(response, 200, 'text/plain; version=0.0.4', health.metrics(ready))
  }
  const body = { error: 'There are /live, /ready and /metrics.' }
  reply(response, 404, 'application/json', JSON.stringify(body))
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

function cannotListen(port: number, error: Error): InvalidInputError {
  return new InvalidInputError(
    `The health server cannot listen on port ${port}: ${error.message}. ` +
      'Choose another --health-port.',
    { cause: error },
  )
}
