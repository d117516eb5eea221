import { DuplicateWorkflowError } from '../model/errors.ts'
import type { Definition } from './definition.ts'

/** The definitions of a process, by id and version. */
export class Registry {
  readonly #definitions = new Map<string, Definition>()

  /** @throws DuplicateWorkflowError if that id and version is taken by another definition */
  add(definition: Definition): void {
    const key = keyOf(definition.id, definition.version)
    const known = this.#definitions.get(key)
    if (known !== undefined && known !== definition) {
      throw new DuplicateWorkflowError(
        `Workflow "${definition.id}" is already registered in version "${definition.version}". Give the other one another id, or a version of its own.`,
        { workflowId: definition.id, details: { version: definition.version } },
      )
    }
    this.#definitions.set(key, definition)
    for (const part of definition.parts ?? []) this.add(part)
  }

  get(id: string, version: string): Definition | undefined {
    return this.#definitions.get(keyOf(id, version))
  }

  /** Takes all versions of a workflow out, with their parts. */
  remove(id: string): void {
    const gone = this.all().filter((definition) => definition.id === id)
    for (const { version, parts = [] } of gone) {
      this.#definitions.delete(keyOf(id, version))
      for (const part of parts) this.#definitions.delete(keyOf(part.id, part.version))
    }
  }

  clear(): void {
    this.#definitions.clear()
  }

  all(): Definition[] {
    return [...this.#definitions.values()]
  }

  /** The last registered version of a workflow. */
  newest(id: string): Definition | undefined {
    return this.all().findLast((definition) => definition.id === id)
  }
}

function keyOf(id: string, version: string): string {
  return `${id}\n${version}`
}
