// Servers and names for tests of outgoing HTTP: real sockets, and a DNS that says what it is told.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import {
  type AddressInfo,
  createServer as createRawServer,
  type Server,
  type Socket,
} from 'node:net'
import type { Lookup } from '../../../src/graph/http/index.ts'

/** A server that listens, and what it saw. */
export type TestServer = AsyncDisposable & {
  readonly port: number
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Connections since it began. */
  connections(): number
  /** Those that are open now. */
  open(): number
}

/** An HTTP server on a loopback address. */
export function serve(handler: RequestListener, host = '127.0.0.1', port = 0): Promise<TestServer> {
  return listen(createServer(handler), host, port)
}

/** An HTTPS server for the name of its certificate. */
export function serveSecurely(
  handler: RequestListener,
  files: { key: string; cert: string },
): Promise<TestServer> {
  return listen(createSecureServer(files, handler), '127.0.0.1', 0)
}

/** A server that says what no HTTP server would. */
export function serveRaw(onSocket: (socket: Socket) => void): Promise<TestServer> {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined)
    // unread, a closed connection would look open
    socket.resume()
    onSocket(socket)
  })
  return listen(server, '127.0.0.1', 0)
}

/** The whole body of a request, as a server gets it. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** A DNS with these names; each question is noted. Several answers are given in turn, the last for ever. */
export function fakeDns(names: Record<string, readonly (string | readonly string[])[]>) {
  const asked: string[] = []
  const lookup: Lookup = async (host) => {
    const answers = names[host] ?? []
    const turn = asked.filter((name) => name === host).length
    asked.push(host)
    const answer = [answers[Math.min(turn, answers.length - 1)] ?? []].flat() as string[]
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return { lookup, asked }
}

async function listen(server: Server, host: string, at: number): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
