import { relative } from 'node:path'
import type { NamedStep } from '../../definition/named-step.ts'
import type { LoadedFile } from './load.ts'

/** What the set needs of an engine. */
export type StepRegistrar = {
  registerStep(step: NamedStep): Promise<unknown>
  unregisterStep(name: string): Promise<unknown>
}

/** A step that graphs may call, and the file that it is from. */
export type ListedStep = { readonly file: string; readonly name: string }

type Place = { file: string; step: NamedStep }

/**
 * The steps of a process that graphs may call, as its files have them now. As with workflows, the engine is given a
 * slot for each: a call that is under way goes on with the code that it began with, the next one gets the new.
 */
export class StepSet {
  readonly #engine: StepRegistrar
  readonly #cwd: string
  readonly #places = new Map<string, Place>()

  constructor(engine: StepRegistrar, cwd: string) {
    this.#engine = engine
    this.#cwd = cwd
  }

  /** All steps, by file and name. */
  list(): ListedStep[] {
    return [...this.#places]
      .map(([name, { file }]) => ({ file, name }))
      .sort((a, b) => compare(a.file, b.file) || compare(a.name, b.name))
  }

  /**
   * Makes the set what the files say; those of a file that fails stay.
   * @param errors gets what is wrong, by file
   */
  async apply(files: readonly LoadedFile[], errors: Map<string, string>): Promise<void> {
    const wanted = this.#wanted(files, errors)
    for (const name of this.#places.keys()) {
      if (wanted.has(name)) continue
      this.#places.delete(name)
      await this.#engine.unregisterStep(name)
    }
    for (const [name, found] of wanted) {
      const place = this.#places.get(name)
      if (place) Object.assign(place, found)
      else await this.#add(name, found)
    }
  }

  /** Of two files with a step of the same name the one that has it already keeps it. */
  #wanted(files: readonly LoadedFile[], errors: Map<string, string>): Map<string, Place> {
    const wanted = new Map<string, Place>()
    const kept = [...this.#places.values()].filter(({ file }) =>
      files.some((one) => one.file === file && one.error !== null),
    )
    const fresh = files.flatMap(({ file, steps }) => steps.map((step) => ({ file, step })))
    const isOwned = ({ file, step }: Place) => this.#places.get(step.name)?.file === file
    const all = [...kept, ...fresh.filter(isOwned), ...fresh.filter((one) => !isOwned(one))]
    for (const { file, step } of all) {
      const other = wanted.get(step.name)
      if (other === undefined) wanted.set(step.name, { file, step })
      else if (other.step !== step) {
        const where = relative(this.#cwd, other.file)
        errors.set(file, `A step "${step.name}" is in ${where} already.`)
      }
    }
    return wanted
  }

  async #add(name: string, found: Place): Promise<void> {
    const place = { ...found }
    await this.#engine.registerStep({
      name,
      get handler() {
        return place.step.handler
      },
      get options() {
        return place.step.options
      },
    })
    this.#places.set(name, place)
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
