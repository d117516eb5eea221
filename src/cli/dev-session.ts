import { relative } from 'node:path'
import type { EmbeddedPostgres } from '../embedded/index.ts'
import type { SurroundingOptions } from '../worker/handler-surroundings.ts'
import { WorkflowEngine } from '../worker/workflow-engine.ts'
import { checkUrl, hidePassword } from './connection.ts'
import { EventLog } from './event-log.ts'
import { keepStdout } from './output.ts'
import { startOwnPostgres } from './own-postgres.ts'
import { packageVersion } from './program.ts'
import type { Settings } from './settings.ts'
import { programName } from './show/words.ts'
import {
  showNoWorkflows,
  showWorkflows,
  tellBroken,
  tellReload,
} from './show/workflow-files-view.ts'
import { stopRequested } from './stop-signal.ts'
import { readSurroundings, type SurroundingFlags } from './surroundings.ts'
import { type Fact, facts } from './table.ts'
import { LiveWorkflows } from './workflow-files/live-workflows.ts'
import { WorkflowSet } from './workflow-files/workflow-set.ts'

/** What `millrace dev` can be told. */
export type DevOptions = SurroundingFlags & {
  workflows: string
  concurrency: number
  dataDir: string
}

/** Ctrl-C shall not wait for long steps: they begin again the next time. */
const DRAIN = '5 s'

/** Runs until somebody asks it to stop; then the process ends. */
export async function runDev(options: DevOptions, settings: Settings): Promise<void> {
  const stop = stopRequested()
  const surroundings = await readSurroundings(options, process.env)
  const server =
    settings.databaseUrl === undefined
      ? await startOwnPostgres(options.dataDir, settings.out)
      : null
  const session = new DevSession(options, settings, surroundings, server)
  try {
    await session.start()
    await Promise.race([stop, session.told])
    session.sayStopping()
  } finally {
    await session.stop()
    await server?.stop()
  }
  session.sayStopped()
  // user code may have left timers and connections behind, which would keep the process alive
  process.exit(0)
}

/** One `millrace dev`, from the ready database on. */
class DevSession {
  readonly #options: DevOptions
  readonly #settings: Settings
  readonly #server: EmbeddedPostgres | null
  readonly #url: string
  readonly #cwd = process.cwd()
  readonly #log: EventLog
  readonly #engine: WorkflowEngine
  readonly #workflows: LiveWorkflows
  #tell: () => void = () => {}
  /** Resolves when an operator tells its worker to end. */
  readonly told = new Promise<void>((resolve) => {
    this.#tell = resolve
  })

  constructor(
    options: DevOptions,
    settings: Settings,
    surroundings: SurroundingOptions,
    server: EmbeddedPostgres | null,
  ) {
    const { schema, tenant, secretsKey, out, databaseUrl } = settings
    this.#options = options
    this.#settings = settings
    this.#server = server
    this.#url = server?.connectionString ?? checkUrl(databaseUrl ?? '')
    const read = (runId: string) => this.#engine.getRun({ runId })
    this.#log = new EventLog(out, { cwd: this.#cwd, everyRun: true, read })
    const session = { schema, tenant, secretsKey, logger: this.#log }
    const connection = { connectionString: this.#url, ...session }
    this.#engine = new WorkflowEngine({ ...connection, ...surroundings, graphs: true })
    const set = new WorkflowSet(this.#engine, [this.#log], this.#cwd)
    this.#workflows = new LiveWorkflows(options.workflows, this.#cwd, set)
  }

  async start(): Promise<void> {
    const { out } = this.#settings
    if (out.json) keepStdout()
    // a promise that user code forgot must not end the session
    process.on('unhandledRejection', (error) => this.#log.error('Unhandled rejection:', error))
    const broken = await this.#workflows.load()
    const { concurrency } = this.#options
    await this.#engine.start({ concurrency, drainTimeout: DRAIN, onDrain: () => this.#tell() })
    this.#sayReady()
    tellBroken(broken, this.#cwd, this.#log, out)
    this.#workflows.watch(
      (reload) => tellReload(reload, this.#workflows, this.#cwd, this.#log, out),
      (error) => this.#log.error(error.message),
    )
  }

  async stop(): Promise<void> {
    this.#workflows.stop()
    await this.#engine.stop()
    this.#log.stop()
  }

  sayStopping(): void {
    const { held } = this.#engine
    const text = 'Stopping: running steps have 5 s to end. Ctrl-C again stops at once.'
    if (held > 0) this.#log.tell('stopping', { held }, this.#settings.out.paint('dim', text))
  }

  sayStopped(): void {
    this.#log.tell('stopped', {}, this.#settings.out.paint('dim', 'Stopped. Runs go on next time.'))
  }

  #sayReady(): void {
    const { out } = this.#settings
    const workflows = this.#workflows.list().map(({ file, id, version }) => {
      return { id, version, file: relative(this.#cwd, file) }
    })
    const steps = this.#workflows.steps().map(({ file, name }) => {
      return { name, file: relative(this.#cwd, file) }
    })
    const { dataDir, logFile, version } = this.#server ?? {}
    const fields = { url: this.#shownUrl(), dataDir, logFile, postgres: version, workflows, steps }
    if (out.json) this.#log.tell('ready', fields, '')
    else if (!out.quiet) out.print(this.#banner())
  }

  #banner(): string {
    const { out } = this.#settings
    const listed = this.#workflows.list()
    const me = programName()
    const head = `${out.paint('bold', 'millrace dev')} ${out.paint('dim', packageVersion())}`
    const found = showWorkflows(this.#workflows, this.#cwd, out)
    const none = listed.length === 0 ? `\n${showNoWorkflows(this.#options.workflows, out)}\n` : ''
    const id = listed[0]?.id ?? 'hello'
    const input = listed.length === 0 ? '{"name": "Ada"}' : '{}'
    const pairs: Fact[] = [
      ['postgres', this.#serverLine()],
      ['url', this.#shownUrl()],
      ['', this.#server && out.paint('dim', 'for psql, and as DATABASE_URL of your own programs')],
      ['data', this.#server && relative(this.#cwd, this.#server.dataDir)],
      ['log', this.#server && relative(this.#cwd, this.#server.logFile)],
      ['workflows', found, 'sentence'],
      ['start', `${me} start ${id} '${input}'`],
      ['look', `${me} runs list`],
    ]
    const foot = out.paint('dim', `Watching ${this.#options.workflows}  ·  Ctrl-C stops.`)
    return `\n${head}\n\n${facts(pairs, out.columns)}\n${none}\n${foot}\n`
  }

  /** The password of its own server can be read nowhere else; others' are not ours to show. */
  #shownUrl(): string {
    return this.#server === null ? hidePassword(this.#url) : this.#url
  }

  #serverLine(): string {
    if (this.#server === null) return 'the one of DATABASE_URL'
    const { version, reused } = this.#server
    const whose = reused ? 'started by another process' : 'our own, ends with this process'
    return `${version}, ${whose}`
  }
}
