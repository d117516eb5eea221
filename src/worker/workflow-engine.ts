import { storedSecrets } from '../auth/stored-secrets.ts'
import { registerDefinition } from '../client/definitions.ts'
import { checkSessionOptions, type Session, sessionOptionNames } from '../client/session.ts'
import { WorkflowClient, type WorkflowClientOptions } from '../client/workflow-client.ts'
import type { Definition } from '../definition/definition.ts'
import type { NamedStep } from '../definition/named-step.ts'
import { Registry } from '../definition/registry.ts'
import type { Startable } from '../definition/startable.ts'
import { checkMigrated, migrate } from '../kernel/migrate.ts'
import { syncSchedules } from '../kernel/schedules.ts'
import { ALL_TENANTS, adoptWorkflow } from '../kernel/tenant-work.ts'
import { InvalidInputError } from '../model/errors.ts'
import { checkName } from '../model/names.ts'
import type { OptionNames } from '../model/options.ts'
import { AllTenants } from './all-tenants.ts'
import { checkNeeds } from './check-needs.ts'
import {
  HandlerSurroundings,
  type SecretLookup,
  type SurroundingOptions,
  surroundingOptionNames,
} from './handler-surroundings.ts'
import { OneTenant } from './one-tenant.ts'
import { type ResolvedWorkerOptions, resolveWorkerOptions, type WorkerOptions } from './options.ts'
import { type Graphs, type LoadGraph, StoredDefinitions } from './stored-definitions.ts'
import { TenantDefinitions } from './tenant-definitions.ts'
import { Worker, type WorkerParts } from './worker.ts'

export type WorkflowEngineOptions = WorkflowClientOptions &
  SurroundingOptions & {
    workflows?: readonly Definition[]
    /** At start: bring the schema up to date, only check that it is, or neither. Default 'auto'. */
    migrate?: 'auto' | 'check' | 'off'
    /**
     * Run graphs that only the database has (`putWorkflow`, `define_workflow`): all, or those of these names; also
     * those that are put while the worker runs. Default false.
     */
    graphs?: boolean | readonly string[]
    /**
     * Run what all tenants have, not only `tenant`: its workflows are the installation's, which all of them may start, and
     * with `graphs` also the graphs that they have stored. Its own starts, reads and schedules are those of `tenant`.
     * Default false.
     */
    allTenants?: boolean
  }

const optionNames: OptionNames<WorkflowEngineOptions> = {
  ...sessionOptionNames,
  ...surroundingOptionNames,
  workflows: true,
  migrate: true,
  graphs: true,
  allTenants: true,
}

/**
 * A client that also runs handlers.
 * @example const engine = new WorkflowEngine({ connectionString: process.env.DATABASE_URL, workflows: [order] })
 *   await engine.start()
 */
export class WorkflowEngine extends WorkflowClient {
  readonly #registry = new Registry()
  readonly #migrate: 'auto' | 'check' | 'off'
  readonly #surroundings: HandlerSurroundings
  readonly #graphs: Graphs
  readonly #allTenants: boolean
  #worker: Worker | null = null
  #prepared: Promise<void> | null = null
  #starting: Promise<void> | null = null
  #registered = false

  /** @throws InvalidInputError for the connection, or an option that there is not; DuplicateWorkflowError */
  constructor(options: WorkflowEngineOptions) {
    checkSessionOptions('an engine', options, optionNames)
    const { workflows = [], migrate = 'auto', graphs = false, allTenants = false } = options
    super(sessionOf(options))
    this.#migrate = migrate
    this.#surroundings = new HandlerSurroundings(options, storedSecretsOf(this.session))
    this.#graphs = checkGraphs(graphs)
    this.#allTenants = checkAllTenants(allTenants)
    for (const definition of workflows) this.#registry.add(definition)
  }

  /**
   * Migrates, registers the workflows, and starts a worker; with `false` no worker, to start runs
   * only. Again: no change.
   * @throws UnavailableError, SchemaVersionError, PermissionError; DefinitionError if a graph calls steps or statements
   *   by name that the engine does not have
   */
  override start(asEngine?: boolean, options?: WorkerOptions): Promise<void>
  override start(options: WorkerOptions): Promise<void>
  override async start(
    first: boolean | WorkerOptions = true,
    second: WorkerOptions = {},
  ): Promise<void> {
    const asEngine = typeof first === 'boolean' ? first : true
    const options = resolveWorkerOptions(typeof first === 'boolean' ? second : first)
    await this.prepare()
    if (!asEngine) return
    this.#starting ??= this.#startWorker(options).catch((error: unknown) => {
      this.#starting = null
      throw error
    })
    await this.#starting
  }

  async #startWorker(options: ResolvedWorkerOptions): Promise<void> {
    const { session, starter, results } = this
    const drain = options.onDrain ?? (() => this.#drain())
    const surroundings = this.#surroundings
    for (const definition of this.#registry.all()) checkNeeds(definition, surroundings)
    const load: LoadGraph = async (text, version) => {
      const definition = await this.loadGraph(text, version)
      checkNeeds(definition, surroundings)
      return definition
    }
    const worker = new Worker({
      ...{ session, starter, results, options, surroundings, drain },
      ...{ source: this.#source(load, options), allTenants: this.#allTenants },
      graphs: this.#graphs === false ? null : this.#graphs === true ? ['*'] : this.#graphs,
    })
    try {
      await this.#declareSchedules(this.#registry.all())
      await worker.start()
    } catch (error) {
      await worker.stop().catch(() => {})
      throw error
    }
    this.#worker = worker
  }

  #source(load: LoadGraph, { queues }: ResolvedWorkerOptions): WorkerParts['source'] {
    const [session, registry, graphs] = [this.session, this.#registry, this.#graphs]
    if (this.#allTenants) {
      return (served) => {
        const definitions = new TenantDefinitions({ session, registry, graphs, load, served })
        return new AllTenants({ session, definitions, queues })
      }
    }
    const stored = new StoredDefinitions(session, registry, graphs, load)
    return (served) => new OneTenant({ session, registry, stored, queues, served })
  }

  /** Lets running steps finish, hands the rest back, and closes its connections. */
  override async stop(): Promise<void> {
    await this.#starting?.catch(() => {})
    const worker = this.#worker
    this.#worker = null
    this.#starting = null
    await worker?.stop()
    await this.#surroundings.close()
    this.#prepared = null
    await super.stop()
  }

  /** An operator wants this worker to end; a process that does nothing else ends with it. */
  #drain(): void {
    this.session.logger.log('the worker was told to end: it finishes what runs')
    this.stop().catch((error: unknown) => {
      this.session.logger.error('the worker could not end in order', error)
    })
  }

  /** How many runs this process owns now. */
  get held(): number {
    return this.#worker?.held ?? 0
  }

  /** The id of its worker, as `getWorkers` tells it; null without one. */
  get workerId(): string | null {
    return this.#worker?.id ?? null
  }

  /** Its worker owns no run, and there is none that it could begin now; others may wait or sleep. */
  get idle(): boolean {
    return this.#worker?.idle ?? true
  }

  /**
   * Adds a workflow, also while the worker runs.
   * @throws DuplicateWorkflowError; DefinitionError if it calls steps or statements by name that the engine does not have
   */
  async registerWorkflow(definition: Definition): Promise<this> {
    checkNeeds(definition, this.#surroundings)
    this.#registry.add(definition)
    if (this.#registered) await this.#register([definition, ...(definition.parts ?? [])])
    if (this.#worker) await this.#declareSchedules([definition])
    await this.#worker?.refresh()
    return this
  }

  /** Takes all versions of a workflow out of this process; its runs are left to other workers. */
  async unregisterWorkflow(id: string): Promise<this> {
    this.#registry.remove(id)
    await this.#worker?.refresh()
    return this
  }

  async unregisterAllWorkflows(): Promise<this> {
    this.#registry.clear()
    await this.#worker?.refresh()
    return this
  }

  /**
   * Adds a step that nodes of graphs may call by name, also while the worker runs.
   * @throws InvalidInputError for what is no step, and for another of the same name
   * @example await engine.registerStep(charge)
   */
  async registerStep(step: NamedStep): Promise<this> {
    this.#surroundings.addStep(step)
    return this
  }

  /** Takes a step out; nodes that call it from then on fail. */
  async unregisterStep(name: string): Promise<this> {
    this.#surroundings.removeStep(name)
    return this
  }

  protected override startable(workflow: Startable): Startable & { version?: string } {
    return 'version' in workflow
      ? (workflow as Definition)
      : (this.#registry.newest(workflow.id) ?? workflow)
  }

  /**
   * An engine that was not started makes its workflows known all the same, to start runs of them.
   */
  protected override prepare(): Promise<void> {
    this.#prepared ??= this.#prepareOnce().catch((error: unknown) => {
      this.#prepared = null
      throw error
    })
    return this.#prepared
  }

  async #prepareOnce(): Promise<void> {
    if (this.#migrate === 'auto') await migrate(this.session.db)
    if (this.#migrate === 'check') await checkMigrated(this.session.db)
    await this.#register(this.#registry.all())
    this.#registered = true
  }

  /** What makes a definition of a stored graph, loaded when one is met. */
  protected async loadGraph(text: string, version: string): Promise<Definition> {
    const { loadDefinition } = await import('../graph/load-definition.ts')
    return loadDefinition(text, version)
  }

  /** Of several versions of a workflow only the newest has a say. */
  async #declareSchedules(all: readonly Definition[]): Promise<void> {
    const newest = all.filter((one) => this.#registry.newest(one.id) === one)
    if (newest.length === 0) return
    const declared = newest.map(({ id, version, schedules = [] }) => ({
      ...{ workflow: id, version, schedules },
    }))
    await syncSchedules(this.session.db, await this.session.tenant(), declared)
  }

  async #register(all: readonly Definition[]): Promise<void> {
    const own = await this.session.tenant()
    for (const definition of all) {
      await registerDefinition(this.session, this.#allTenants ? ALL_TENANTS : own, definition)
      const { id, version } = definition
      if (this.#allTenants) await adoptWorkflow(this.session.db, own, id, version)
    }
  }
}

/** What the client in it takes. */
function sessionOf(options: WorkflowEngineOptions): WorkflowClientOptions {
  const mine = Object.entries(options).filter(([name]) => name in sessionOptionNames)
  return Object.fromEntries(mine) as WorkflowClientOptions
}

/** Secrets that were put, for an engine that has their key. */
function storedSecretsOf(session: Session): SecretLookup | undefined {
  return session.secretBox === null ? undefined : storedSecrets(session, session.secretBox)
}

function checkAllTenants(allTenants: unknown): boolean {
  if (typeof allTenants === 'boolean') return allTenants
  throw new InvalidInputError(`allTenants is ${String(allTenants)}; it must be true or false.`)
}

function checkGraphs(graphs: Graphs): Graphs {
  if (typeof graphs === 'boolean') return graphs
  if (!Array.isArray(graphs))
    throw new InvalidInputError(`graphs is ${graphs}; it must be true, false or an array of names.`)
  return graphs.map((name) => checkName('graph', name))
}
