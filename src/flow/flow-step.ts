import type { WaitSource } from '../definition/signal.ts'
import type { Startable } from '../definition/startable.ts'
import type { RetryOptions } from '../model/backoff.ts'
import type { Json } from '../model/json.ts'
import type { ApprovalOptions } from '../workflow/approval-step.ts'
import type { WhenExhaustedMode, WhenUnmetMode } from './inference.ts'

/** What a step does, by its type. */
export type FlowWork =
  | { readonly type: 'single' }
  | {
      readonly type: 'map'
      readonly array: string | null
      readonly concurrency: number
      /** Items of one run of its own; null: the run itself does them. */
      readonly blockSize: number | null
    }
  | { readonly type: 'wait_for'; readonly source: WaitSource; readonly timeoutMs: number | null }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'approval'; readonly approval: ApprovalOptions }
  | { readonly type: 'invoke'; readonly workflow: Startable }
  | {
      readonly type: 'loop'
      readonly workflow: Startable
      readonly maxIterations: number
      readonly goesOn: (last: unknown) => boolean
    }
  | { readonly type: 'race'; readonly branches: Readonly<Record<string, FlowHandler>> }

// biome-ignore lint/suspicious/noExplicitAny: what a handler takes is known to the types of its flow
export type FlowHandler = (input: any, ctx: any) => unknown

/** A step of a flow, all its options read. Times in milliseconds. */
export type FlowStep = {
  readonly id: string
  readonly dependsOn: readonly string[]
  readonly work: FlowWork
  /** Of single and map the handler; of invoke and loop what makes the input of the run. */
  readonly handler: FlowHandler | null
  /** What the flow says of all steps is not in it. */
  readonly retry: RetryOptions | null
  readonly timeoutMs: number | null
  readonly startDelayMs: number
  readonly condition: { readonly if?: Json; readonly ifNot?: Json } | null
  readonly whenUnmet: WhenUnmetMode
  readonly whenExhausted: WhenExhaustedMode
  readonly queue: string | null
  readonly undo: FlowHandler | null
  /** As they were given. */
  readonly options: object
}
