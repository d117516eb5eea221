import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut: then what is sent is lost without a word, as behind a dead router. */
export type Proxy = {
  readonly url: string
  cut(): void
  /** Nobody gets through, and is told so. */
  refuse(): void
  mend(): void
  close(): Promise<void>
}

/** @param url of the server behind it */
export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let open = true
  let refusing = false
  const server = createServer((near) => {
    if (refusing) {
      near.destroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (data) => {
        if (open) to.write(data)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    cut() {
      open = false
    },
    refuse() {
      for (const socket of sockets) socket.destroy()
      refusing = true
    },
    /** What was open while it was cut stays dead; new connections get through. */
    mend() {
      for (const socket of sockets) socket.destroy()
      open = true
      refusing = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
