import { setTimeout as pause } from 'node:timers/promises'
import { InvalidInputError, PermissionError } from '../model/errors.ts'
import type { SurroundingOptions } from '../worker/handler-surroundings.ts'
import { WorkflowEngine } from '../worker/workflow-engine.ts'
import { findTarget } from './connection.ts'
import { EventLog } from './event-log.ts'
import { type HealthServer, serveHealth } from './health-server.ts'
import { Metrics } from './metrics.ts'
import { keepStdout } from './output.ts'
import type { Settings } from './settings.ts'
import { count, versionWord } from './show/words.ts'
import { brokenFiles, tellBroken, tellReload } from './show/workflow-files-view.ts'
import { stopRequested } from './stop-signal.ts'
import { readSurroundings, type SurroundingFlags } from './surroundings.ts'
import { LiveWorkflows } from './workflow-files/live-workflows.ts'
import { WorkflowSet } from './workflow-files/workflow-set.ts'

/** Between two looks whether there is nothing to do any more. */
const IDLE_LOOK_MS = 50

/** What `millrace worker` can be told. */
export type WorkerProcessOptions = SurroundingFlags & {
  workflows: string
  queues?: string[]
  /** True where it is asked for in so many words: then no file of workflows is needed. */
  graphs?: boolean | string[]
  concurrency: number
  lease: number
  drain: number
  healthPort?: number
  migrate: 'auto' | 'check' | 'off'
  watch?: boolean
  untilIdle?: boolean
  allTenants?: boolean
}

/** Runs until somebody asks it to stop; then the process ends. */
export async function runWorker(options: WorkerProcessOptions, settings: Settings): Promise<void> {
  const stop = stopRequested()
  const own = options.allTenants ? (settings.tenant ?? 'default') : undefined
  const surroundings = await readSurroundings(options, process.env, own)
  const target = await findTarget(settings)
  const worker = new WorkerProcess(options, settings, {
    connectionString: target.url,
    ...surroundings,
  })
  try {
    await worker.start()
    const asked = [stop, worker.told]
    const reason = await Promise.race(options.untilIdle ? [...asked, worker.idle()] : asked)
    if (reason !== null) worker.drain(reason)
  } finally {
    await worker.stop()
    await target.release()
  }
  // user code may have left timers and connections behind, which would keep the process alive
  process.exit(0)
}

/** One `millrace worker`, from the known database on. */
class WorkerProcess {
  readonly #options: WorkerProcessOptions
  readonly #settings: Settings
  readonly #cwd = process.cwd()
  readonly #log: EventLog
  readonly #metrics = new Metrics()
  readonly #engine: WorkflowEngine
  readonly #workflows: LiveWorkflows
  #health: HealthServer | null = null
  #draining = false
  #tell: (reason: string) => void = () => {}
  /** Resolves when an operator tells it to end. */
  readonly told = new Promise<string>((resolve) => {
    this.#tell = resolve
  })

  constructor(
    options: WorkerProcessOptions,
    settings: Settings,
    given: SurroundingOptions & { connectionString: string },
  ) {
    const { schema, tenant, secretsKey, out } = settings
    this.#options = options
    this.#settings = settings
    const read = (runId: string) => this.#engine.getRun({ runId })
    this.#log = new EventLog(out, { cwd: this.#cwd, everyRun: false, read })
    const { migrate, graphs = true, allTenants = false } = options
    const own = { schema, tenant, secretsKey, logger: this.#log, migrate, graphs, allTenants }
    this.#engine = new WorkflowEngine({ ...given, ...own })
    const set = new WorkflowSet(this.#engine, [this.#log, this.#metrics], this.#cwd)
    this.#workflows = new LiveWorkflows(options.workflows, this.#cwd, set)
  }

  async start(): Promise<void> {
    const { concurrency, lease, drain, queues, healthPort, watch } = this.#options
    if (this.#settings.out.json) keepStdout()
    await this.#load()
    if (healthPort !== undefined) {
      this.#health = await serveHealth(healthPort, {
        notReady: () => this.#notReady(),
        metrics: (ready) => this.#metrics.text({ ready, concurrency, held: this.#engine.held }),
      })
    }
    const onDrain = () => this.#tell('drain')
    const options = {
      ...{ concurrency, lease, drainTimeout: drain, onDrain },
      ...(queues ? { queues } : {}),
    }
    await this.#engine.start(options).catch((error: unknown) => this.#explain(error))
    this.#sayReady()
    if (watch) this.#watch()
  }

  /** Resolves when there is no run that it could begin. */
  async idle(): Promise<null> {
    while (!this.#engine.idle) await pause(IDLE_LOOK_MS)
    this.#log.tell('idle', {}, 'nothing to do')
    return null
  }

  /** From now on no run is taken. */
  drain(reason: string): void {
    this.#draining = true
    const { held } = this.#engine
    const why = { signal: reason, held }
    this.#log.tell('stopping', why, `${reason}: ${count(held, 'run')} to hand back`)
  }

  async stop(): Promise<void> {
    this.#workflows.stop()
    await this.#engine.stop()
    await this.#health?.close()
    this.#log.stop()
    if (this.#draining) this.#log.tell('stopped', {}, 'stopped')
  }

  /** A worker that lacks a workflow would leave its runs lying: better it does not start. */
  async #load(): Promise<void> {
    const { workflows, watch, graphs } = this.#options
    const broken = await this.#workflows.load()
    if (watch) return tellBroken(broken, this.#cwd, this.#log, this.#settings.out)
    if (broken.length > 0) throw brokenFiles(broken, this.#cwd)
    const found = [...this.#workflows.list(), ...this.#workflows.steps()]
    if (found.length > 0 || graphs) return
    throw new InvalidInputError(
      `No file of ${workflows} exports a workflow, or is one. Name others with --workflows '<glob>', or run stored graphs alone, with --graphs.`,
    )
  }

  /** A role that only runs workers may see whether the schema is up to date, not change it. */
  #explain(error: unknown): never {
    const { migrate } = this.#options
    if (!(error instanceof PermissionError) || migrate === 'off') throw error
    const hint =
      'If the schema is to be migrated: do that first, as its owner; or pass --migrate off, and leave it as it is.'
    throw new PermissionError(`${error.message} ${hint}`, { cause: error })
  }

  #watch(): void {
    const { out } = this.#settings
    this.#workflows.watch(
      (reload) => tellReload(reload, this.#workflows, this.#cwd, this.#log, out),
      (error) => this.#log.error(error.message),
    )
  }

  async #notReady(): Promise<string | null> {
    if (this.#draining) return 'it is stopping'
    try {
      const workers = await this.#engine.getWorkers()
      const own = workers.some(({ id }) => id === this.#engine.workerId)
      return own ? null : 'the worker is not registered'
    } catch (error) {
      return (error as Error).message
    }
  }

  #sayReady(): void {
    const { concurrency, queues, allTenants } = this.#options
    const workflows = this.#workflows.list().map(({ id, version }) => ({ id, version }))
    const names = workflows.map(({ id, version }) => `${id} ${versionWord(version)}`).join(', ')
    const from = `${allTenants ? ', all tenants' : ''}${queues ? `, queues ${queues.join(', ')}` : ''}`
    const port = this.#health?.port
    const health = port === undefined ? '' : `, health on port ${port}`
    const steps = this.#workflows.steps().map(({ name }) => name)
    const none = (this.#options.graphs ?? true) ? 'stored graphs' : 'no workflow yet'
    const called = steps.length === 0 ? '' : `, steps ${steps.join(', ')}`
    const text = `ready: ${names || none}${called} (${concurrency} at once${from}${health})`
    this.#log.tell('ready', { workflows, steps, concurrency, queues, healthPort: port }, text)
  }
}
