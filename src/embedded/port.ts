import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { EmbeddedPostgresError, errorCode } from './embedded-error.ts'

/**
 * The port to start on: the one asked for, else the one remembered in `portFile` if it is free,
 * else any free one. Another process can still take it before the server does; see `portTaken`.
 */
export async function choosePort(asked: number | null, portFile: string): Promise<number> {
  if (asked !== null) {
    if ((await tryPort(asked)) === 'EADDRINUSE') throw portTaken(asked)
    return asked
  }
  const remembered = Number(await readFile(portFile, 'utf8').catch(() => ''))
  if (remembered > 0 && remembered < 65_536 && typeof (await tryPort(remembered)) === 'number') {
    return remembered
  }
  const free = await tryPort(0)
  if (typeof free === 'number') return free
  throw new EmbeddedPostgresError(`no free TCP port on 127.0.0.1 could be had: ${free}.`)
}

/** Remembers the port for the next start, so that a connection string copied today works then. */
export async function rememberPort(port: number, portFile: string): Promise<void> {
  await writeFile(portFile, `${port}\n`).catch(() => {})
}

/** The error for a port that was asked for and is in use. */
export function portTaken(port: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `port ${port} on 127.0.0.1 is already in use by another program. Stop that program ` +
      `(\`lsof -i :${port}\` or \`ss -ltnp\` names it), choose another port, or leave \`port\` ` +
      'out to get a free one.',
  )
}

/** Listens for a moment; the port on success, else the code of the error. */
function tryPort(port: number): Promise<number | string> {
  return new Promise((done) => {
    const server = createServer()
    server.on('error', (error) => done(errorCode(error)))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const got = address && typeof address === 'object' ? address.port : port
      server.close(() => done(got))
    })
  })
}
