import type { RetryOptions } from '../model/backoff.ts'
import type { Duration } from '../model/duration.ts'
import type { Jsonify } from '../model/json.ts'

/** What happens to a step whose condition is not met, or whose attempts are used up. */
export type WhenUnmetMode = 'fail' | 'skip' | 'skip-cascade'
export type WhenExhaustedMode = WhenUnmetMode
/** How a step may be skipped; false: it may not. */
export type SkippableMode = 'skip' | 'skip-cascade' | false

/** What the types know of a step. */
// biome-ignore lint/suspicious/noExplicitAny: what is not said is any
export interface StepMeta<O = any, S extends SkippableMode = SkippableMode> {
  output: O
  skippable: S
}
export type AnySteps = Record<string, StepMeta>
export type AnyDeps = Record<string, string[]>

export type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** As `@>` of Postgres: objects have these members, arrays have elements that contain these, all else is equal. */
export type ContainmentPattern<T> = T extends readonly (infer U)[]
  ? ContainmentPattern<U>[]
  : T extends object
    ? { [K in keyof T]?: ContainmentPattern<T[K]> }
    : T

// A step that may be skipped is an optional key for its dependents; after skip-cascade they do not run at all, so it
// is required.
type IsSkip<S, K> = K extends keyof S
  ? S[K] extends { skippable: infer M }
    ? 'skip' extends M
      ? true
      : false
    : false
  : false

/** The output of a step. */
export type Out<S, K> = K extends keyof S ? (S[K] extends { output: infer O } ? O : never) : never

/** The outputs of the steps that one depends on. */
export type DepsInput<S, D extends string> = Simplify<
  { [K in D as IsSkip<S, K> extends true ? never : K]: Out<S, K> } & {
    [K in D as IsSkip<S, K> extends true ? K : never]?: Out<S, K>
  }
>

/** The input of a step: of one without dependencies, that of the flow. */
export type In<I, S, D extends string> = [D] extends [never] ? I : DepsInput<S, D>

/** Where a step may be skipped both ways, `skip` wins. */
export type Mode<U, X> = 'skip' extends U | X
  ? 'skip'
  : 'skip-cascade' extends U | X
    ? 'skip-cascade'
    : false

/** `never` for a slug that is taken. */
export type NewSlug<S, K> = K extends keyof S ? never : K

/** The steps whose output is an array. */
export type ArraySlug<S> = {
  [K in keyof S & string]: Out<S, K> extends readonly unknown[] ? K : never
}[keyof S & string]

/** What a map is called with: an element of the output of `A`, or of the flow's input. */
export type Item<I, S, A extends string> = [A] extends [never]
  ? I extends readonly (infer E)[]
    ? E
    : never
  : Out<S, A> extends readonly (infer E)[]
    ? E
    : never

/** A map without `array` goes over the flow's input: where that is no array, this is a demand that nothing meets. */
export type OverInput<I, A extends string> = [A] extends [never]
  ? I extends readonly unknown[]
    ? unknown
    : { array: never }
  : unknown

type Leaf<S, D> = Exclude<keyof S & string, D[keyof D] extends readonly (infer X)[] ? X : never>
type MaySkip<S, K> = K extends keyof S ? (S[K] extends { skippable: false } ? false : true) : false

/** What a run gives: the outputs of the steps on which no other depends. */
export type FlowOutput<S, D> = Simplify<
  { [K in Leaf<S, D> as MaySkip<S, K> extends true ? never : K]: Out<S, K> } & {
    [K in Leaf<S, D> as MaySkip<S, K> extends true ? K : never]?: Out<S, K>
  }
>

/** What a race gives: the branch that won, which says what its output is. */
export type Won<B> = {
  [N in keyof B & string]: {
    winner: N
    output: B[N] extends (...given: never[]) => infer O ? Jsonify<Awaited<O>> : never
  }
}[keyof B & string]

/** In flows a bare number is seconds. */
export type Seconds = number | Exclude<Duration, number>

/** Of the steps of a flow, and of one step. */
export type RuntimeOptions = {
  /** Tries of a step; counts the first. Default 3. */
  maxAttempts?: number
  /** Before the second try. Default 1 s. */
  baseDelay?: Seconds
  /** Of one try of a step: after it the try has failed, and its signal is aborted. Default: none. */
  timeout?: Seconds
}

/** How the delay between tries grows. Default: exponential, at most 5 minutes, with jitter. */
export type MoreRetry = {
  maxDelay?: Seconds
  backoff?: RetryOptions['backoff']
  jitter?: boolean
}

/** What every step with a handler takes. */
export type Base<K, X> = RuntimeOptions &
  MoreRetry & {
    /** Letters, digits and `_`, no digit first; at most 128. */
    slug: K
    /** From when all that it depends on has ended until it begins. */
    startDelay?: Seconds
    /** When its attempts are used up; default 'fail'. */
    whenExhausted?: X
    /** Workers that take this queue run it; default: whoever has the run. */
    queue?: string
    /** Takes back what the step did when the run fails or is cancelled; gets its output. */
    // biome-ignore lint/suspicious/noExplicitAny: the output's type would need one more overload
    undo?: (output: any, ctx: any) => unknown
  }

export type NoCondition = { if?: never; ifNot?: never; whenUnmet?: never }
export type Condition<T, U> = {
  /** When the condition does not hold; default 'skip'. */
  whenUnmet?: U
} & (
  | { if: ContainmentPattern<T>; ifNot?: ContainmentPattern<T> }
  | { if?: ContainmentPattern<T>; ifNot: ContainmentPattern<T> }
)
/** The steps whose outputs it gets, all ended. */
export type On<D> = { dependsOn?: readonly [D, ...D[]] }

/** Of a map. */
export type MapOptions<A> = {
  /** The step whose output it goes over; default: the input of the flow. */
  array?: A
  /** Items at once, in all. Default 10. */
  concurrency?: number
  /**
   * Items that go to one worker together, as a run of their own: a large map is spread over all workers. What
   * a block gives must fit into one payload (1 MiB). Default: the worker that has the run does them all.
   */
  blockSize?: number
}
