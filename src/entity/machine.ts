import type { Definition } from '../definition/definition.ts'
import type { MachineRef } from '../definition/machine.ts'
import type { Startable } from '../definition/startable.ts'
import type { Duration } from '../model/duration.ts'
import type { MachineNote } from './document/machine-document.ts'

/** JSON that nobody changes: options are taken as they are written, also `as const`. */
export type ReadonlyJson =
  | string
  | number
  | boolean
  | null
  | readonly ReadonlyJson[]
  | { readonly [key: string]: ReadonlyJson }

type Metadata = { readonly [key: string]: ReadonlyJson }

/**
 * What is done in the commit of a transition: a run is started, a run is sent a signal, a webhook is called. Texts of
 * `input`, `runId` and `data` may hold `{{ expressions }}`.
 */
export type Action =
  | (Only<'start' | 'input'> & {
      readonly start: Startable | string
      /** Default: the entity and the transition. */
      readonly input?: ReadonlyJson
    })
  | (Only<'signal' | 'runId' | 'data'> & {
      readonly signal: string
      readonly runId: string
      readonly data?: ReadonlyJson
    })
  | (Only<'webhook' | 'data'> & {
      /** Name of a webhook that goes out. */
      readonly webhook: string
      /** What it is told; default: the entity and the transition. */
      readonly data?: ReadonlyJson
    })

/** An action has nothing that is another's. */
type Only<Own extends ActionField> = { readonly [Field in Exclude<ActionField, Own>]?: never }
type ActionField = 'start' | 'input' | 'signal' | 'runId' | 'webhook' | 'data'

export type StateOptions = {
  /** Entities begin there; true for exactly one state. */
  readonly initial?: boolean
  /** An entity that is there has ended. */
  readonly final?: boolean
  readonly metadata?: Metadata
  readonly onEnter?: readonly Action[]
  readonly onLeave?: readonly Action[]
  /** How long an entity should be in it at most. */
  readonly sla?: Duration
}

export type TransitionOptions<S extends string = string, T extends string = string> = {
  /** A state, several, or `'*'`: all but final ones and `to`. */
  readonly from: S | readonly S[] | '*'
  readonly to: S
  /** It moves by itself, so long after the state was entered. */
  readonly after?: Duration
  /** Who does it must have one of these roles. */
  readonly requiresRole?: string | readonly string[]
  /** Who did the transition before may not do it; or who did one of those that are named. */
  readonly fourEyes?: boolean | T | readonly T[]
  /** Who does it must give notes. */
  readonly reasonRequired?: boolean
  /** An expression, or an object: known forms are enforced, all else is stored and shown. */
  readonly conditions?: string | Metadata
  /** For the application; never enforced. */
  readonly context?: Metadata
  readonly metadata?: Metadata
  readonly actions?: readonly Action[]
}

/** A machine of these states and transitions. */
export interface Machine<S extends string = string, T extends string = string>
  // biome-ignore lint/suspicious/noExplicitAny: it has no runs, and so neither input nor output
  extends Definition<any, any>,
    MachineRef<S, T> {
  readonly kind: 'machine'
  readonly version: string
  /** Conditions that are not enforced, and states in which entities stay for ever. */
  readonly notes: readonly MachineNote[]
}

// biome-ignore lint/suspicious/noExplicitAny: of whatever states and transitions
export type AnyMachine = Machine<any, any>
