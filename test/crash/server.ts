import { mkdir, rm } from 'node:fs/promises'
import { startPostgres } from '../../src/embedded/index.ts'
import { findPostgres, type OtherServer, startOtherPostgres } from '../support/other-postgres.ts'

/** Why it dies: as by a power cut of the process, or by an immediate shutdown. Neither writes a checkpoint. */
export type Blow = 'SIGKILL' | 'SIGQUIT'

export type ServerOptions = {
  /** fsync and synchronous_commit as users have them; without, histories are faster. */
  readonly durable: boolean
  /** The major version. Default: the embedded one. */
  readonly major?: number | undefined
}

/** A Postgres of the harness's own, which it may kill. */
export class Server {
  readonly #folder: string
  readonly #boot: (port?: number) => Promise<OtherServer>
  #running: OtherServer

  private constructor(
    folder: string,
    boot: (port?: number) => Promise<OtherServer>,
    running: OtherServer,
  ) {
    this.#folder = folder
    this.#boot = boot
    this.#running = running
  }

  static async start(folder: string, { durable, major }: ServerOptions): Promise<Server> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const settings = {
      max_connections: '200',
      ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    }
    const dataDir = `${folder}/pg`
    const boot = (port?: number) =>
      major === undefined
        ? startPostgres({ dataDir, settings, ...(port === undefined ? {} : { port }) })
        : startOtherPostgres(findPostgres(major), dataDir, settings, port)
    return new Server(folder, boot, await boot())
  }

  get url(): string {
    return this.#running.connectionString
  }

  /** The same server, another database. */
  urlOf(database: string): string {
    return Object.assign(new URL(this.url), { pathname: `/${database}` }).href
  }

  /** Kills it, and returns when it serves again on the same port. */
  async strike(blow: Blow): Promise<void> {
    const { pid, port } = this.#running
    process.kill(pid, blow)
    for (let turn = 1; ; turn++) {
      try {
        this.#running = await this.#boot(port)
        return
      } catch (error) {
        // until the last of the old server's processes has noticed that it is an orphan
        if (turn >= 20) throw error
      }
    }
  }

  async stop(): Promise<void> {
    await this.#running.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
