import type { QueryResultRow } from 'pg'
import type { Surroundings } from '../definition/host.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import type { Skip } from '../model/journal.ts'
import type { Execution } from './execution.ts'
import { skipStep } from './skip-step.ts'
import { StepGroup } from './step-group.ts'
import type { StepFn } from './step-maker.ts'
import type { RunStepOptions, StepBaseContext } from './step-types.ts'
import { delay } from './wait-step.ts'

/** Under which the `step` of a handler has what the engine's own handlers do. */
export const ENGINE = Symbol('engine steps')

/** Calls a step of the engine's own, whose key may hold what ids of users may not. */
export type EngineCall = <T>(key: string, work: (key: string) => Promise<T>) => Promise<T>

/** What the steps of everybody do for these. */
type Own = {
  readonly call: EngineCall
  readonly run: (id: string, key: string, fn: StepFn, options: RunStepOptions) => Promise<unknown>
  readonly grouped: (group: StepGroup) => unknown
}

/** Steps that are given up together. */
export type Grouped = {
  readonly steps: StepBaseContext
  /**
   * Gives them up. @returns what is left to be called off elsewhere: runs that they started, questions that
   * they asked
   */
  giveUp(reason: Error): { children: string[]; questions: string[] }
}

/** What handlers that the engine writes, those of flows and graphs, do beside the steps of everybody. */
export class EngineSteps {
  readonly #x: Execution
  readonly #group: StepGroup | null
  readonly #own: Own

  constructor(x: Execution, group: StepGroup | null, own: Own) {
    this.#x = x
    this.#group = group
    this.#own = own
  }

  /** What the process has for handlers. */
  get surroundings(): Surroundings {
    return this.#x.host.surroundings
  }

  /** Notes that a step is skipped. */
  skip(key: string, why: Skip): Promise<void> {
    return this.#own.call(key, (own) => skipStep(this.#x, own, why))
  }

  /** Runs a step that is one of several parts of another: `race[fast]`. */
  branch(id: string, name: string, fn: StepFn, options: RunStepOptions): Promise<unknown> {
    return this.#own.call(`${id}[${name}]`, (key) => this.#own.run(id, key, fn, options))
  }

  /** Waits before a step begins. */
  startDelay(key: string, duration: Duration): Promise<void> {
    parseDuration(duration)
    return this.#own.call(`${key}~delay`, (own) => delay(this.#x, own, duration))
  }

  /** Steps beside these that can be given up together. */
  group(): Grouped {
    const group = new StepGroup(this.#x, this.#group)
    return {
      steps: this.#own.grouped(group) as StepBaseContext,
      giveUp: (reason) => group.giveUp(reason),
    }
  }

  /** A query of a handler of the user's, on a connection of the pool. */
  query<R extends QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    return this.#x.host.query(text, values) as Promise<R[]>
  }

  /** Calls off what given-up steps have begun elsewhere. */
  callOff(left: { children: readonly string[]; questions: readonly string[] }): Promise<void> {
    return this.#x.host.callOff(left)
  }
}

/** Those of the `step` that a handler of the engine's was given. */
export function engineSteps(step: StepBaseContext): EngineSteps {
  return (step as StepBaseContext & { [ENGINE]: EngineSteps })[ENGINE]
}
