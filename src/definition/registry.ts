import { DuplicateWorkflowError } from '../model/errors.ts'
import type { Definition } from './definition.ts'

/** The definitions of a process, by id and version: those of its code, and those that it has from the database. */
export class Registry {
  readonly #definitions = new Map<string, Definition>()
  readonly #stored = new Map<string, Definition>()
  #revision = 0

  /** Rises whenever the definitions of the code change. */
  get revision(): number {
    return this.#revision
  }

  /** @throws DuplicateWorkflowError if that id and version is taken by another definition */
  add(definition: Definition): void {
    const key = keyOf(definition.id, definition.version)
    const known = this.#definitions.get(key)
    if (known !== undefined && !isSame(known, definition)) {
      throw new DuplicateWorkflowError(
        `Workflow "${definition.id}" is already registered in version "${definition.version}". Give the other one another id, or a version of its own.`,
        { workflowId: definition.id, details: { version: definition.version } },
      )
    }
    this.#definitions.set(key, definition)
    // those of the same workflow were made by the code that it had before
    this.#forget(definition.id)
    this.#revision++
    for (const part of definition.parts ?? []) this.add(part)
  }

  /** Adds one that the database has, to go on with its runs; what the code has comes first. */
  addStored(definition: Definition): void {
    this.#stored.set(keyOf(definition.id, definition.version), definition)
    for (const part of definition.parts ?? []) this.addStored(part)
  }

  /** Of each workflow keeps so many that the database has, those that were added last. */
  trimStored(most: number): void {
    const counts = new Map<string, number>()
    for (const [key, { id }] of [...this.#stored].reverse()) {
      const count = (counts.get(id) ?? 0) + 1
      counts.set(id, count)
      if (count > most) this.#stored.delete(key)
    }
  }

  get(id: string, version: string): Definition | undefined {
    const key = keyOf(id, version)
    return this.#definitions.get(key) ?? this.#stored.get(key)
  }

  /** Takes all versions of a workflow out, with their parts. */
  remove(id: string): void {
    const gone = this.all().filter((definition) => definition.id === id)
    for (const { version, parts = [] } of gone) {
      this.#definitions.delete(keyOf(id, version))
      for (const part of parts) this.#definitions.delete(keyOf(part.id, part.version))
    }
    this.#forget(id)
    this.#revision++
  }

  clear(): void {
    this.#definitions.clear()
    this.#stored.clear()
    this.#revision++
  }

  /** Those of the code. */
  all(): Definition[] {
    return [...this.#definitions.values()]
  }

  /** All whose runs this process takes. */
  served(): Definition[] {
    return [...new Map([...this.#stored, ...this.#definitions]).values()]
  }

  /** The last registered version of a workflow. */
  newest(id: string): Definition | undefined {
    return this.all().findLast((definition) => definition.id === id)
  }

  #forget(id: string): void {
    for (const [key, definition] of this.#stored) {
      if (definition.id === id) this.#stored.delete(key)
    }
  }
}

/** A graph is all in its document. */
function isSame(a: Definition, b: Definition): boolean {
  return (
    a === b || (a.kind === 'graph' && b.kind === 'graph' && a.document?.hash === b.document?.hash)
  )
}

function keyOf(id: string, version: string): string {
  return `${id}\n${version}`
}
