import type { Flow } from './flow.ts'
import type { FlowContext } from './flow-context.ts'
import type { FlowOutput, In, Out } from './inference.ts'

// biome-ignore lint/suspicious/noExplicitAny: any flow
export type AnyFlow = Flow<any, any, any, any, any>

/** What a run of it is started with. */
export type ExtractFlowInput<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<infer I, any, any, any, any> ? I : never

/** The outputs of its steps, by slug. */
export type ExtractFlowSteps<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<any, any, infer S, any, any> ? { [K in keyof S]: Out<S, K> } : never

/** What its steps depend on, by slug. */
export type ExtractFlowDeps<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<any, any, any, infer D, any> ? D : never

/** What a run of it gives. */
export type ExtractFlowOutput<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<any, any, infer S, infer D, any> ? FlowOutput<S, D> : never

/** The outputs of the steps on which no other depends. */
export type ExtractFlowLeafSteps<F extends AnyFlow> = Required<ExtractFlowOutput<F>>

/** The environment that its handlers see. */
export type ExtractFlowEnv<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<any, any, any, any, infer E> ? E : never

/** The context that its handlers get. */
export type ExtractFlowContext<F extends AnyFlow> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<infer I, infer C, any, any, infer E> ? FlowContext<E, I> & C : never

/** The output of one of its steps. */
export type StepOutput<F extends AnyFlow, K extends string> = K extends keyof ExtractFlowSteps<F>
  ? ExtractFlowSteps<F>[K]
  : never

/** The input of one of its steps. */
export type StepInput<F extends AnyFlow, K extends string> =
  // biome-ignore lint/suspicious/noExplicitAny: the rest does not matter
  F extends Flow<infer I, any, infer S, infer D, any>
    ? K extends keyof D
      ? D[K] extends readonly (infer P extends string)[]
        ? In<I, S, P>
        : never
      : never
    : never

/** The flow, if these resources are all that its handlers need. */
export type CompatibleFlow<F extends AnyFlow, R extends object> =
  FlowContext<ExtractFlowEnv<F>, ExtractFlowInput<F>> & R extends ExtractFlowContext<F> ? F : never
