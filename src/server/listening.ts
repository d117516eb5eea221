import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InvalidInputError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'

/** Where a server takes connections. */
export type ListenOptions = {
  /** Default 3000; 0 takes a free one. */
  port?: number
  /** Default 127.0.0.1: who wants the network says so. */
  host?: string
  /** Connections at once; more are closed as they come. Default 10,000. */
  maxConnections?: number
}

/** Bytes of a request's line and headers together: no route needs more. */
const MAX_HEADER_BYTES = 16_384
/** A client has this long to send its headers, and the whole request. */
const HEADERS_MS = 10_000
const REQUEST_MS = 60_000
/** An idle connection is kept this long: longer than proxies keep theirs, so that these close first. */
const KEEP_ALIVE_MS = 65_000
/** How long `stop` waits for what is under way. */
const STOP_MS = 10_000
/** Between two looks for connections on which nothing is under way any more. */
const IDLE_LOOK_MS = 20

/** The port of a server, and its connections. */
export class Listening {
  readonly #handle: (request: IncomingMessage, response: ServerResponse) => void
  #server: Server | null = null

  constructor(handle: (request: IncomingMessage, response: ServerResponse) => void) {
    this.#handle = handle
  }

  async start(options: ListenOptions = {}): Promise<{ url: string }> {
    checkOptionNames('listen', options, { port: true, host: true, maxConnections: true })
    if (this.#server !== null)
      throw new InvalidInputError('The server listens already. Make another for another port.')
    const { port = 3000, host = '127.0.0.1', maxConnections = 10_000 } = options
    const settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1000,
    }
    const server = createServer(settings, this.#handle)
    server.maxConnections = maxConnections
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    }).catch((error: unknown) => {
      this.#server = null
      throw error
    })
    const { port: taken } = server.address() as AddressInfo
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}` }
  }

  async stop(timeout = STOP_MS): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), timeout)
      // a connection whose answer is still being written is idle a moment later
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
      server.close(() => {
        clearTimeout(timer)
        clearInterval(idle)
        resolve()
      })
      server.closeIdleConnections()
    })
  }
}
