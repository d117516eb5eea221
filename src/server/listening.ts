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
/** How long `stop` waits for what is under way, unless it is told otherwise. */
const STOP_MS = 10_000
/** Between two looks for connections on which nothing is under way any more. */
const IDLE_LOOK_MS = 20

/** How long clients may take. Tests have less patience. */
const patience = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: 1000,
  /** Of a connection on which nothing moves: whoever does not read its answer. Waits and streams say something sooner. */
  idle: 120_000,
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** The port of a server, and its connections. */
export class Listening {
  readonly #handle: Handle
  readonly #patience: typeof patience
  #server: Server | null = null
  #stopping = false

  constructor(handle: Handle, given: Partial<typeof patience> = {}) {
    this.#handle = handle
    this.#patience = { ...patience, ...given }
  }

  async start(options: ListenOptions = {}): Promise<{ url: string }> {
    checkOptionNames('listen', options, { port: true, host: true, maxConnections: true })
    if (this.#server !== null)
      throw new InvalidInputError('The server listens already. Make another for another port.')
    const { port = 3000, host = '127.0.0.1', maxConnections = 10_000 } = options
    const { idle, ...timeouts } = this.#patience
    const settings = { maxHeaderSize: MAX_HEADER_BYTES, ...timeouts }
    const server = createServer(settings, (request, response) => this.#take(request, response))
    server.maxConnections = maxConnections
    server.setTimeout(idle)
    this.#server = server
    await begin(server, port, host).catch((error: unknown) => {
      this.#server = null
      throw error
    })
    const { port: taken } = server.address() as AddressInfo
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}` }
  }

  /** A connection that is kept for more requests would hold up the stop. */
  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#stopping) response.setHeader('connection', 'close')
    response.once('close', () => {
      if (this.#stopping) setImmediate(() => this.#server?.closeIdleConnections())
    })
    this.#handle(request, response)
  }

  async stop(timeout = STOP_MS): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#stopping = true
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
    this.#server = null
    this.#stopping = false
  }
}

function begin(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
