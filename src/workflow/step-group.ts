import type { Execution } from './execution.ts'
import { LazySignal } from './lazy-signal.ts'

/**
 * Steps that are given up together: the branch of a race that was lost, say. What they have recorded stays; what
 * they do or wait for has no effect any more.
 */
export class StepGroup {
  readonly #x: Execution
  readonly aborting = new LazySignal()
  readonly #outer: StepGroup | null
  /** Groups in it, which are given up with it. */
  readonly #inner: StepGroup[] = []
  readonly #keys = new Set<string>()
  /** Runs that its steps have started, and wait for. */
  readonly #children = new Map<string, string>()
  readonly #questions = new Set<string>()

  /** @param outer what it is given up with */
  constructor(x: Execution, outer: StepGroup | null) {
    this.#x = x
    this.#outer = outer
    if (outer) outer.#inner.push(this)
  }

  get isOver(): boolean {
    return this.aborting.aborted
  }

  /** A step of it begins. */
  enter(key: string): void {
    this.#keys.add(key)
    this.#outer?.enter(key)
  }

  ask(key: string): void {
    this.#questions.add(key)
    this.#outer?.ask(key)
  }

  answered(key: string): void {
    this.#questions.delete(key)
    this.#outer?.answered(key)
  }

  start(key: string, run: string): void {
    this.#children.set(key, run)
    this.#outer?.start(key, run)
  }

  ended(key: string): void {
    this.#children.delete(key)
    this.#outer?.ended(key)
  }

  /** @returns what is left to be called off: the runs that it started, and the questions that it asked */
  giveUp(reason: Error): { children: string[]; questions: string[] } {
    this.#abort(reason)
    this.#x.giveUp(this.#keys)
    return { children: [...this.#children.values()], questions: [...this.#questions] }
  }

  #abort(reason: Error): void {
    this.aborting.abort(reason)
    for (const group of this.#inner) group.#abort(reason)
  }
}
