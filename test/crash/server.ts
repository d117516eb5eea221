import { mkdir, rm } from 'node:fs/promises'
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/index.ts'

/** Why it dies: as by a power cut of the process, or by an immediate shutdown. Neither writes a checkpoint. */
export type Blow = 'SIGKILL' | 'SIGQUIT'

/** A Postgres of the harness's own, which it may kill. */
export class Server {
  readonly #folder: string
  readonly #settings: Record<string, string>
  #running: EmbeddedPostgres

  private constructor(folder: string, settings: Record<string, string>, running: EmbeddedPostgres) {
    this.#folder = folder
    this.#settings = settings
    this.#running = running
  }

  /** @param durable fsync and synchronous_commit as users have them; without, histories are faster. */
  static async start(folder: string, durable: boolean): Promise<Server> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const settings = {
      max_connections: '200',
      ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    }
    const running = await startPostgres({ dataDir: `${folder}/pg`, settings })
    return new Server(folder, settings, running)
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
    const dataDir = `${this.#folder}/pg`
    for (let turn = 1; ; turn++) {
      try {
        this.#running = await startPostgres({ dataDir, port, settings: this.#settings })
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
