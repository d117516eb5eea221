import { relative } from 'node:path'
import type { EmbeddedPostgres } from '../embedded/index.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { WorkflowLogger } from '../model/logger.ts'
import { createServer, type Server } from '../server/index.ts'
import { WorkflowEngine } from '../worker/workflow-engine.ts'
import type { ReadConfiguration } from './configuration/read-configuration.ts'
import type { Configuration } from './configuration/server-settings.ts'
import { hidePassword } from './connection.ts'
import { EventLog } from './event-log.ts'
import { mask, maskedOutput } from './masked-output.ts'
import { keepStdout, type Output } from './output.ts'
import { startOwnPostgres } from './own-postgres.ts'
import { packageVersion } from './program.ts'
import { connectionOf, secretsOf, serverOptions, surroundingsOf } from './server-parts.ts'
import { count } from './show/words.ts'
import { brokenFiles, showWorkflows } from './show/workflow-files-view.ts'
import { stopRequested } from './stop-signal.ts'
import { type Fact, facts } from './table.ts'
import { DEFAULT_GLOB } from './workflow-files/glob.ts'
import { LiveWorkflows } from './workflow-files/live-workflows.ts'
import { WorkflowSet } from './workflow-files/workflow-set.ts'

/** How long requests may take that are under way when the server is told to end. */
const CLOSE_MS = 10_000

/** Runs until somebody asks it to stop; then the process ends. */
export async function runServer({ values, notes }: ReadConfiguration, out: Output): Promise<void> {
  const stop = stopRequested()
  const secrets = secretsOf(values, process.env)
  const masked = maskedOutput(out, secrets)
  for (const note of notes) masked.note(note)
  const url = connectionOf(values)
  const postgres = url === null ? await startOwnPostgres(values.dataDir, masked) : null
  let server: ServerProcess | null = null
  try {
    const surroundings = await surroundingsOf(values, process.env)
    const connectionString = postgres?.connectionString ?? (url as string)
    server = new ServerProcess(values, masked, { ...surroundings, connectionString }, postgres)
    await server.start()
    server.sayStopping(await Promise.race([stop, server.told]))
  } catch (error) {
    // what files of workflows and the driver say is told by the caller
    if (error instanceof Error) error.message = mask(error.message, secrets)
    throw error
  } finally {
    await server?.stop()
    await postgres?.stop()
  }
  server.sayStopped()
  // user code may have left timers and connections behind, which would keep the process alive
  process.exit(0)
}

type Given = { readonly connectionString: string } & Awaited<ReturnType<typeof surroundingsOf>>

/** One `millrace server`, from the known database on. */
class ServerProcess {
  readonly #values: Configuration
  readonly #out: Output
  readonly #postgres: EmbeddedPostgres | null
  readonly #cwd = process.cwd()
  readonly #log: EventLog
  readonly #engine: WorkflowEngine
  readonly #server: Server
  readonly #workflows: LiveWorkflows
  #url = ''
  #tell: (reason: string) => void = () => {}
  /** Resolves when an operator tells its worker to end. */
  readonly told = new Promise<string>((resolve) => {
    this.#tell = resolve
  })

  constructor(values: Configuration, out: Output, given: Given, postgres: EmbeddedPostgres | null) {
    this.#values = values
    this.#out = out
    this.#postgres = postgres
    const { schema, tenant, secretsKey, migrate, logLevel } = values
    const read = (runId: string) => this.#engine.getRun({ runId })
    this.#log = new EventLog(out, { cwd: this.#cwd, everyRun: logLevel === 'debug', read })
    const logger = loggerOf(this.#log, values)
    const session = { schema, tenant, logger, ...(secretsKey && { secretsKey }) }
    const engine = { migrate, graphs: true, allTenants: true }
    this.#engine = new WorkflowEngine({ ...given, ...session, ...engine })
    this.#server = createServer(this.#engine, serverOptions(values, logger))
    const heard = logLevel === 'debug' || logLevel === 'info' ? [this.#log] : []
    const set = new WorkflowSet(this.#engine, heard, this.#cwd)
    this.#workflows = new LiveWorkflows(values.workflows ?? [DEFAULT_GLOB], this.#cwd, set)
  }

  /** Requests come last, when everything is there that they need. */
  async start(): Promise<void> {
    const { concurrency, lease, drain, worker } = this.#values
    if (this.#out.json) keepStdout()
    // a promise that user code forgot must not end the server
    process.on('unhandledRejection', (error) => this.#log.error('Unhandled rejection:', error))
    if (worker) {
      const broken = await this.#workflows.load()
      if (broken.length > 0) throw brokenFiles(broken, this.#cwd)
      const onDrain = () => this.#tell('drain')
      await this.#engine.start({ concurrency, lease, drainTimeout: drain, onDrain })
    } else await this.#engine.start(false)
    this.#url = await this.#listen()
    this.#sayReady()
  }

  /** Takes no more requests, answers those that it has, and hands back what its worker cannot end in time. */
  async stop(): Promise<void> {
    await this.#server.close({ timeout: CLOSE_MS })
    this.#workflows.stop()
    await this.#engine.stop()
    this.#log.stop()
  }

  sayStopping(reason: string): void {
    const { held } = this.#engine
    const text = `${reason}: no more requests; ${count(held, 'run')} to end or to hand back`
    this.#log.tell('stopping', { reason, held }, text)
  }

  sayStopped(): void {
    this.#log.tell('stopped', {}, 'stopped')
  }

  async #listen(): Promise<string> {
    const { port, host, maxConnections, basePath = '' } = this.#values
    try {
      const { url } = await this.#server.listen({ port, host, maxConnections })
      return `${url}${basePath}`
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const why = code === undefined ? undefined : refusals[code]
      if (why === undefined) throw error
      throw new InvalidInputError(`It cannot listen on port ${port} of ${host}: ${why}`, {
        cause: error,
      })
    }
  }

  #sayReady(): void {
    const { concurrency, worker } = this.#values
    const workflows = this.#workflows.list().map(({ id, version }) => ({ id, version }))
    const { dataDir, logFile, version } = this.#postgres ?? {}
    const registration = serverOptions(this.#values, this.#log).selfRegistration
    if (this.#out.json) {
      const more = { dataDir, logFile, postgres: version, registration: registration !== false }
      const fields = { url: this.#url, worker, concurrency, workflows, ...more }
      this.#log.tell('ready', fields, '')
    } else if (!this.#out.quiet) this.#out.print(this.#banner(registration ?? false))
  }

  #banner(registration: boolean | 'local'): string {
    const { paint, columns } = this.#out
    const { worker, concurrency, tenant } = this.#values
    const head = `${paint('bold', 'millrace server')} ${paint('dim', packageVersion())}`
    const found = showWorkflows(this.#workflows, this.#cwd, this.#out)
    const files = found === null ? '' : `\n${found}`
    const body = `'{"name": "My Project"}'`
    const key = `curl -X POST ${this.#url}/api/tenants/register -H 'content-type: application/json' -d ${body}`
    const pairs: Fact[] = [
      ['url', this.#url],
      ['', paint('dim', `${this.#url}/docs shows all routes, ${this.#url}/readyz how it is`)],
      ['postgres', this.#serverLine()],
      [
        'worker',
        worker
          ? `for all tenants, ${concurrency} runs at once: stored graphs${files}`
          : 'none here: others must run what is started (millrace worker --all-tenants)',
      ],
      ['tenants', makers[String(registration)] as string],
      ['a key', registration ? key : `millrace keys create first --tenant ${tenant}`],
    ]
    return `\n${head}\n\n${facts(pairs, columns)}\n`
  }

  #serverLine(): string {
    if (this.#postgres === null) return hidePassword(connectionOf(this.#values) as string)
    const { version, dataDir, reused } = this.#postgres
    const whose = reused ? 'started by another process' : 'our own, ends with this process'
    return `${version} in ${relative(this.#cwd, dataDir)}, ${whose}`
  }
}

/** Who makes tenants, by what the server lets. */
const makers: Readonly<Record<string, string>> = {
  true: 'anybody may make one',
  local: 'programs of this machine may make one',
  false: 'made by "millrace tenants create"',
}

/** What is told of mistakes that who starts it can mend. */
const refusals: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there. Stop that, or take another one with --port.',
  EACCES: 'this user may not. Take a port above 1023 with --port.',
  EADDRNOTAVAIL: 'this machine has no such address. Name another with --host.',
  ENOTFOUND: 'that host is not known. Give an address with --host.',
}

/** What goes wrong inside is told at any level; remarks only at those that ask for them. */
function loggerOf(log: EventLog, { logLevel }: Configuration): WorkflowLogger {
  const all = logLevel === 'debug' || logLevel === 'info'
  return {
    log: (message) => {
      if (all) log.log(message)
    },
    error: (message, ...args) => log.error(message, ...args),
  }
}
