import type { Session } from '../client/session.ts'
import type { Definition } from '../definition/definition.ts'
import type { Registry } from '../definition/registry.ts'
import { type DocumentRow, getDocuments } from '../kernel/definitions.ts'
import { DefinitionError, WorkflowEngineError } from '../model/errors.ts'

/** Stored versions of a workflow that are kept here: those that went come back with a run of theirs. */
const MAX_VERSIONS = 20

/** Makes a definition of a stored graph. @throws DefinitionError with what is wrong with it */
export type LoadGraph = (text: string, version: string) => Promise<Definition>

/** Which graphs a worker takes that nobody deployed: none, all, or those of these names. */
export type Graphs = boolean | readonly string[]

/**
 * What a process serves beside its own code: versions of its flows and graphs that others had, as long as they
 * have unfinished runs, and graphs that only the database has.
 */
export class StoredDefinitions {
  readonly #session: Session
  readonly #registry: Registry
  /** Names of the graphs that it takes; `['*']`: all; null: none. */
  readonly graphs: readonly string[] | null
  readonly #load: LoadGraph
  /** What could not be taken up, and with which code that was tried. */
  #refused = new Map<string, readonly [name: string, version: string]>()
  #revision = -1

  constructor(session: Session, registry: Registry, graphs: Graphs, load: LoadGraph) {
    this.#session = session
    this.#registry = registry
    this.graphs = graphs === false ? null : graphs === true ? ['*'] : graphs
    this.#load = load
  }

  /**
   * Asks the kernel for what this process could serve, and adds it: the newest of each graph, and older versions that
   * have runs in a queue, as after a retry or a start that names them. After a change of the code, whatever has
   * unfinished runs.
   * @returns whether there was any
   */
  async look(): Promise<boolean> {
    const { revision } = this.#registry
    const unfinished = revision !== this.#revision
    if (unfinished) this.#refused = new Map()
    const all = this.#registry.all()
    const names = all.flatMap((definition) => (definition.revive ? definition.id : []))
    const { graphs } = this
    if (graphs === null && names.length === 0) return false
    const tenant = await this.#session.tenant()
    let found = false
    for (;;) {
      const known = this.#known()
      const filter = { names: [...new Set(names)], graphs, known, unfinished }
      const rows = await getDocuments(this.#session.db, tenant, filter)
      for (const row of rows) if (await this.#take(row)) found = true
      if (rows.length === 0) break
    }
    this.#revision = revision
    if (found) this.#registry.trimStored(MAX_VERSIONS)
    return found
  }

  #known(): (readonly [name: string, version: string])[] {
    const served = this.#registry.served().map(({ id, version }) => [id, version] as const)
    return [...served, ...this.#refused.values()]
  }

  async #take(row: DocumentRow): Promise<boolean> {
    const { id, version } = row
    try {
      const definition = await this.#make(row)
      if (definition?.id !== id || definition.version !== version)
        throw new DefinitionError('The code has nothing that fits its stored definition.')
      this.#registry.addStored(definition)
      return true
    } catch (error) {
      this.#refused.set(`${id}\n${version}`, [id, version])
      this.#session.logger.error(
        `Runs of "${id}" in version "${version}" are left to other workers: ${reasons(error)}`,
      )
      return false
    }
  }

  async #make({ id, version, kind, document }: DocumentRow): Promise<Definition | null> {
    const own = this.#registry.newest(id)
    if (own?.revive) return own.revive(document, version)
    return kind === 'graph' ? this.#load(document, version) : null
  }
}

/** What is wrong, with those issues of a definition that the message does not have. */
export function reasons(error: unknown): string {
  const { message } = error as Error
  const issues = error instanceof WorkflowEngineError ? (error.issues ?? []) : []
  const more = issues.filter((issue) => !message.includes(issue.message))
  return [message, ...more.map((issue) => `  ${issue.message}`)].join('\n')
}
