import type { AttributeRules } from '../model/attribute-rules.ts'
import type { Json, Jsonify } from '../model/json.ts'
import type { LimitRules } from '../model/limit-rules.ts'
import type { ScheduleRule } from '../model/schedule-rules.ts'
import type { StartRules } from '../model/start-rules.ts'
import type { LeasedRun, RunHost } from './host.ts'
import type { Startable } from './startable.ts'

/**
 * What every way of writing a workflow makes; all that client, worker, server and CLI know of one.
 */
// biome-ignore lint/suspicious/noExplicitAny: as in Startable
export interface Definition<I = any, O = any, Steps = any> extends Startable<I, O, Steps> {
  readonly kind: 'function' | 'flow' | 'graph' | 'machine'
  readonly version: string
  /** Defaults of its starts, as the kernel keeps them. */
  readonly defaults: StartDefaults
  /** Workflows that do parts of its runs: who has it has them. */
  readonly parts?: readonly Definition[]
  /** The workflow for whose runs it does parts. */
  readonly partOf?: string | undefined
  /** What its runs call by name: a process that has not all of it does not take them. */
  readonly needs?: DefinitionNeeds | undefined
  /** When runs of it are started, as its code says. */
  readonly schedules?: readonly ScheduleRule[]
  /**
   * What it is, where that is data: a flow's shape, a graph. It is kept with the version, which can then have no
   * other: registering it with another `hash` is refused.
   */
  readonly document?: DefinitionDocument | undefined
  /**
   * Another version of it, of its stored document, so that this process goes on with runs of that version; null, or an
   * error that says why, if it cannot. Its `id` is the same, its `version` the one that is given.
   */
  revive?(text: string, version: string): Definition | null
  /** Takes one leased run as far as it goes in this process. */
  run(lease: LeasedRun, host: RunHost): RunHandle
}

/** Names of steps, and of statements of SQL. */
export type DefinitionNeeds = {
  readonly steps: readonly string[]
  readonly statements: readonly string[]
}

/** What a definition is, as data. */
export type DefinitionDocument = {
  /** JSON text. */
  readonly text: string
  /** sha256, in hex (64 digits), of what makes it another version. */
  readonly hash: string
  /** Of a graph whose webhook is signed: it is no part of the text. Null: the one that it has is taken away. */
  readonly webhookSecret?: string | null
}

export type StartDefaults = {
  readonly queue?: string
  readonly priority?: number
  readonly timeoutMs?: number
  readonly retries?: number
  /** Milliseconds for which ended runs are kept, by how they ended; default: for ever. */
  readonly retentionMs?: { completed?: number; failed?: number; cancelled?: number }
  readonly limits?: LimitRules
  /** What a start is decided by: singleton, throttle, debounce. */
  readonly rules?: StartRules
  /** The events that start a run; without a key: whatever their key. */
  readonly startOn?: readonly { readonly event: string; readonly key?: string }[]
  readonly attributes?: AttributeRules
}

/** A run in this process. */
export interface RunHandle {
  /** Settles when this process has nothing more to do with the run; never rejects. */
  readonly done: Promise<RunEnd>
  /** Stop: the lease is over, or the run was cancelled. Nothing is written any more. */
  abort(reason: Error): void
  /** The run was cancelled, and what it did is to be undone: no step begins any more, those that run shall stop. */
  cancel(reason: Error): void
  /** No new step shall begin; hand the run back as soon as the running ones are recorded. */
  drain(): void
  /** Something may have happened to one of its waits. */
  look(): void
  /**
   * The steps whose handlers run now, with the milliseconds (performance.now) at which they began.
   */
  running(): { step: string; since: number }[]
}

/** How this process and the run parted. `output` is JSON text. */
export type RunEnd =
  | { readonly kind: 'completed' | 'failed'; readonly output: string | null }
  /** `continued`: another run goes on where it ended. */
  | { readonly kind: 'cancelled' | 'parked' | 'lost' | 'continued' }

/** The input that starting one takes. */
export type InputOf<D extends Startable> = NonNullable<D['~types']>['input']
/** The output that a run of it gives. */
export type OutputOf<D extends Startable> = NonNullable<D['~types']>['output']

export type { Json, Jsonify }
