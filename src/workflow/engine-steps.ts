import type { QueryResultRow } from 'pg'
import type { Surroundings } from '../definition/surroundings.ts'
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
  readonly run: (
    id: string,
    key: string,
    fn: StepFn,
    options: RunStepOptions,
    isPure?: boolean,
  ) => Promise<unknown>
  readonly within: (within: Within) => unknown
}

/** Where steps belong. */
export type Within = {
  /** What they are given up with; null: with the run. */
  readonly group: StepGroup | null
  /** What their keys end with: which item or round of a block they are of. */
  readonly suffix: string
}

/** What given-up steps have begun elsewhere: runs that they started, questions that they asked. */
export type Left = { readonly children: readonly string[]; readonly questions: readonly string[] }

/** The same, with why it ends: the runs say it. */
type CalledOff = Left & { readonly reason: string }

/** Steps that are given up together. */
export type Grouped = {
  readonly steps: StepBaseContext
  /** Gives them up. @returns what is left to be called off elsewhere */
  giveUp(reason: Error): Left
}

/** What handlers that the engine writes, those of flows and graphs, do beside the steps of everybody. */
export class EngineSteps {
  readonly #x: Execution
  readonly #within: Within
  readonly #own: Own

  constructor(x: Execution, within: Within, own: Own) {
    this.#x = x
    this.#within = within
    this.#own = own
  }

  /** Whose run it is. */
  get tenant(): string {
    return this.#x.lease.tenant
  }

  /** Runs above it that wait for each other. */
  get depth(): number {
    return this.#x.lease.depth ?? 0
  }

  /** Aborted when these steps are given up; undefined: they are not before the run is. */
  get givenUp(): AbortSignal | undefined {
    return this.#within.group?.aborting.signal
  }

  /** What the process has for handlers. */
  get surroundings(): Surroundings {
    return this.#x.host.surroundings
  }

  /** Notes that a step is skipped. */
  skip(key: string, why: Skip): Promise<void> {
    return this.#own.call(key, (own) => skipStep(this.#x, own, why))
  }

  /**
   * Runs a step that only computes, from what is recorded and nothing else: it begins although what it was given is not
   * durable yet, and its result is handed on with that. What has an effect still waits for both.
   */
  compute(id: string, fn: StepFn, options: RunStepOptions): Promise<unknown> {
    return this.#own.call(id, (key) => this.#own.run(id, key, fn, options, true))
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

  /** Waits as long as a step may take. */
  timeout(key: string, duration: Duration): Promise<void> {
    return this.#own.call(`${key}~timeout`, (own) => delay(this.#x, own, duration))
  }

  /** Steps beside these that can be given up together. */
  group(): Grouped {
    const group = new StepGroup(this.#x, this.#within.group)
    return {
      steps: this.#own.within({ ...this.#within, group }) as StepBaseContext,
      giveUp: (reason) => group.giveUp(reason),
    }
  }

  /**
   * Steps of an item or a round of a block, whose ids are those of the block: `charge[3]`. Within another, the
   * outer one comes first.
   */
  item(index: number): StepBaseContext {
    const { group, suffix } = this.#within
    return this.#own.within({ group, suffix: `${suffix}[${index}]` }) as StepBaseContext
  }

  /** A query of a handler of the user's, on a connection of the pool. */
  query<R extends QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    return this.#x.host.query(text, values) as Promise<R[]>
  }

  /** What the journal knows a step of this id by. */
  keyOf(id: string): string {
    return id + this.#within.suffix
  }

  /** Calls off what given-up steps have begun elsewhere; a step of its own, done once. */
  async callOff(id: string, left: CalledOff): Promise<void> {
    await this.#own.call(`${id}~off`, (key) =>
      this.#own.run(id, key, () => this.#x.host.callOff(left), {}),
    )
  }

  /** The same without a step: once more at every replay, and nothing waits for it but that the run is let go. */
  callOffAside(id: string, left: CalledOff): void {
    const x = this.#x
    if (x.over || left.children.length + left.questions.length === 0) return
    x.aside(`${this.keyOf(id)}~off`, () => x.host.callOff(left))
  }
}

/** Those of the `step` that a handler of the engine's was given. */
export function engineSteps(step: StepBaseContext): EngineSteps {
  return (step as StepBaseContext & { [ENGINE]: EngineSteps })[ENGINE]
}
