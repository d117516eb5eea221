import { DuplicateWorkflowError } from '../model/errors.ts'
import type { Definition } from './definition.ts'

/** The definitions of a process, by id and version: those of its code, and those that it has from the database. */
export class Registry {
  readonly #definitions = new Map<string, Definition>()
  /** Of those that do parts of another's runs: the key of that other one. */
  readonly #owners = new Map<string, string>()
  readonly #stored = new Map<string, Definition>()
  #revision = 0

  /** Rises whenever the definitions of the code change. */
  get revision(): number {
    return this.#revision
  }

  /**
   * Adds a definition with its parts; those that it had when it was added before make room for the new ones.
   * @throws DuplicateWorkflowError if an id and version of them is taken by another definition
   */
  add(definition: Definition): void {
    const key = keyOf(definition.id, definition.version)
    const parts = definition.parts ?? []
    this.#checkFree(key, definition)
    for (const part of parts) this.#checkFree(key, part)
    this.#removeParts(key)
    this.#definitions.set(key, definition)
    for (const part of parts) {
      const partKey = keyOf(part.id, part.version)
      this.#definitions.set(partKey, part)
      this.#owners.set(partKey, key)
    }
    // those of the same workflow were made by the code that it had before
    for (const { id } of [definition, ...parts]) this.#forget(id)
    this.#revision++
  }

  /** @param owner the key of what it comes with: its own, or that of whose part it is */
  #checkFree(owner: string, definition: Definition): void {
    const { id, version } = definition
    const key = keyOf(id, version)
    const known = this.#definitions.get(key)
    if (known === undefined) return
    const isPart = key !== owner
    // a part makes room for a part of the same owner alone, a workflow of its own only for the same one
    const isOwn = isPart ? this.#owners.get(key) === owner : !this.#owners.has(key)
    if (isOwn && (isPart || isSame(known, definition))) return
    const does = isPart
      ? `does a part of "${owner.split('\n')[0]}", and another workflow has its id and version "${version}"`
      : `is already registered in version "${version}"`
    throw new DuplicateWorkflowError(
      `Workflow "${id}" ${does}. Give the other one another id, or a version of its own.`,
      { workflowId: id, details: { version } },
    )
  }

  #removeParts(owner: string): void {
    for (const [part, of] of this.#owners) {
      if (of !== owner) continue
      this.#owners.delete(part)
      this.#definitions.delete(part)
    }
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
    for (const { version } of gone) {
      const key = keyOf(id, version)
      this.#definitions.delete(key)
      this.#owners.delete(key)
      this.#removeParts(key)
    }
    this.#forget(id)
    this.#revision++
  }

  clear(): void {
    this.#definitions.clear()
    this.#owners.clear()
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
