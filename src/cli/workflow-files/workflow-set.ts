import { relative } from 'node:path'
import type { Definition } from '../../definition/definition.ts'
import { DefinitionError, DuplicateWorkflowError } from '../../model/errors.ts'
import type { LoadedFile } from './load.ts'
import { type RunEvents, runAudibly } from './run-events.ts'
import { type ListedStep, type StepRegistrar, StepSet } from './step-set.ts'

/** What the set needs of an engine. */
export type Registrar = StepRegistrar & {
  registerWorkflow(definition: Definition): Promise<unknown>
  unregisterWorkflow(id: string): Promise<unknown>
}

/** One workflow version, and the file that it is from. */
export type Listed = { readonly file: string; readonly id: string; readonly version: string }

/** What is wrong with a file; its workflows stay as they were. */
export type Broken = { readonly file: string; readonly error: string; readonly kept: Listed[] }

type Place = { definition: Definition; readonly slot: Definition; file: string }

/**
 * The workflows of a process, as its files have them now. The engine is given a slot for each,
 * whose handler can be exchanged while the worker runs: a run that is under way goes on with the
 * code that it began with, the next one gets the new.
 */
export class WorkflowSet {
  readonly #engine: Registrar
  readonly #listeners: readonly RunEvents[]
  readonly #cwd: string
  readonly #places = new Map<string, Place>()
  readonly #steps: StepSet

  constructor(engine: Registrar, listeners: readonly RunEvents[], cwd: string) {
    this.#engine = engine
    this.#listeners = listeners
    this.#cwd = cwd
    this.#steps = new StepSet(engine, cwd)
  }

  /** All steps that graphs may call, by file. */
  steps(): ListedStep[] {
    return this.#steps.list()
  }

  /** All workflows, by file. */
  list(): Listed[] {
    return [...this.#places.values()]
      .map(({ file, definition: { id, version } }) => ({ file, id, version }))
      .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
  }

  /** Whether runs of other versions of a workflow go on here: those of flows and graphs do. */
  finishes(id: string): boolean {
    return [...this.#places.values()].some(({ slot }) => slot.id === id && slot.revive)
  }

  /** Makes the set, its steps included, what the files say; files that are not given any more are gone. */
  async apply(files: readonly LoadedFile[]): Promise<Broken[]> {
    const errors = new Map<string, string>()
    // first: workflows of the same files may call them
    await this.#steps.apply(files, errors)
    const wanted = this.#wanted(files, errors)
    await this.#removeOthers(wanted)
    for (const [key, { file, definition }] of wanted) {
      await this.#take(key, file, definition).catch((error: unknown) => {
        // it does a part of another workflow, or has one that does; or it calls a step that there is not
        const isOfFile = error instanceof DuplicateWorkflowError || error instanceof DefinitionError
        if (!isOfFile) throw error
        errors.set(file, error.message)
      })
    }
    return [...errors].map(([file, error]) => {
      return { file, error, kept: this.list().filter((one) => one.file === file) }
    })
  }

  /** Of two files with the same workflow the one that has it already keeps it. */
  #wanted(files: readonly LoadedFile[], errors: Map<string, string>) {
    const wanted = new Map<string, { file: string; definition: Definition }>()
    const take = (file: string, definition: Definition) => {
      const { id, version } = definition
      const key = keyOf(definition)
      const other = wanted.get(key)
      if (other === undefined) wanted.set(key, { file, definition })
      else if (other.definition !== definition) {
        const where = relative(this.#cwd, other.file)
        errors.set(file, `Workflow "${id}" in version "${version}" is in ${where} already.`)
      }
    }
    const owned = (file: string, definition: Definition) =>
      this.#places.get(keyOf(definition))?.file === file
    for (const { file, error } of files) {
      if (error === null) continue
      errors.set(file, error)
      for (const place of this.#places.values()) {
        if (place.file === file) take(file, place.definition)
      }
    }
    const fresh = files.flatMap(({ file, definitions }) =>
      definitions.map((definition) => ({ file, definition })),
    )
    for (const { file, definition } of fresh) if (owned(file, definition)) take(file, definition)
    for (const { file, definition } of fresh) if (!owned(file, definition)) take(file, definition)
    return wanted
  }

  /** The engine forgets a workflow in all its versions at once: those that stay are given again. */
  async #removeOthers(wanted: ReadonlyMap<string, unknown>): Promise<void> {
    const gone = [...this.#places].filter(([key]) => !wanted.has(key))
    for (const [key] of gone) this.#places.delete(key)
    for (const id of new Set(gone.map(([, { definition }]) => definition.id))) {
      await this.#engine.unregisterWorkflow(id)
      for (const { slot } of this.#places.values()) {
        if (slot.id === id) await this.#engine.registerWorkflow(slot)
      }
    }
  }

  async #take(key: string, file: string, definition: Definition): Promise<void> {
    const place = this.#places.get(key)
    if (place === undefined) await this.#add(key, file, definition)
    else await this.#exchange(place, file, definition)
  }

  async #add(key: string, file: string, definition: Definition): Promise<void> {
    const box = { definition }
    const place = Object.assign(box, { file, slot: makeSlot(box, this.#listeners) })
    await this.#engine.registerWorkflow(place.slot)
    this.#places.set(key, place)
  }

  async #exchange(place: Place, file: string, definition: Definition): Promise<void> {
    const before = place.definition
    place.definition = definition
    place.file = file
    if (isRegisteredLike(definition, before)) return
    try {
      await this.#engine.registerWorkflow(place.slot)
    } catch (error) {
      // runs of this version go on with what it was
      place.definition = before
      throw error
    }
  }
}

/** What revives older versions, and parts, are made anew by each load: they go on with the new handlers too. */
function isRegisteredLike(one: Definition, other: Definition): boolean {
  const known = ({ defaults, document, schedules }: Definition) =>
    JSON.stringify([defaults, document?.hash, schedules])
  const isWhole = !one.revive && !one.parts && !other.parts
  return isWhole && known(one) === known(other)
}

function makeSlot(
  box: { readonly definition: Definition },
  listeners: readonly RunEvents[],
): Definition {
  const { id, version, kind, partOf } = box.definition
  return {
    id,
    version,
    kind,
    partOf,
    get inputSchema() {
      return box.definition.inputSchema
    },
    get defaults() {
      return box.definition.defaults
    },
    get needs() {
      return box.definition.needs
    },
    get document() {
      return box.definition.document
    },
    get schedules() {
      return box.definition.schedules ?? []
    },
    get parts() {
      return (box.definition.parts ?? []).map((part) => makePartSlot(box, part, listeners))
    },
    ...(box.definition.revive && {
      revive: (text: string, other: string) => {
        const made = box.definition.revive?.(text, other) ?? null
        return made && makeSlot({ definition: made }, listeners)
      },
    }),
    run: (lease, host) => runAudibly(box.definition, lease, host, listeners),
  }
}

/** A part follows its workflow: after an exchange it is the one of the new code. */
function makePartSlot(
  owner: { readonly definition: Definition },
  part: Definition,
  listeners: readonly RunEvents[],
): Definition {
  const box = {
    get definition() {
      return owner.definition.parts?.find(({ id }) => id === part.id) ?? part
    },
  }
  return makeSlot(box, listeners)
}

function keyOf({ id, version }: Definition): string {
  return `${id}\n${version}`
}
