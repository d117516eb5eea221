import { checkName } from '../model/names.ts'
import type { Schema, SchemaIn, SchemaOut } from '../model/schema.ts'
import type { KeyedEvent } from './event.ts'

/** A message to one run, with the type of its data: `In` for who sends it, `Out` for who waits for it. */
// biome-ignore lint/suspicious/noExplicitAny: what a definition leaves open is any
export interface Signal<In = any, Out = In> {
  readonly kind: 'signal'
  readonly name: string
  /** Checked when it is sent, and applied when it is received. */
  readonly schema?: Schema | undefined
  /** Never set: it only carries the types. */
  readonly '~types'?: { in: In; out: Out }
}

/** What a step can wait for. */
// biome-ignore lint/suspicious/noExplicitAny: as of Signal
export type WaitSource<T = any> = Signal<any, T> | KeyedEvent<T>
/** Several of them, by names of one's own. */
export type WaitRecord = Record<string, WaitSource>
/** What a source gives. */
export type WaitData<W> = W extends WaitSource<infer T> ? T : never

/**
 * A signal by name, for both who sends it and who waits for it.
 * @throws InvalidInputError for a name that is none
 * @example export const approved = defineSignal('approved', z.object({ by: z.string() }))
 *   // in the workflow: const { by } = await step.waitFor('approval', approved)
 *   // elsewhere:       await client.triggerEvent(approved, { by: 'ada' }, { runId })
 */
export function defineSignal<S extends Schema>(
  name: string,
  schema: S,
): Signal<SchemaIn<S>, SchemaOut<S>>
export function defineSignal<T = unknown>(name: string): Signal<T>
export function defineSignal(name: string, schema?: Schema): Signal {
  return Object.freeze({ kind: 'signal', name: checkName('signal', name), schema })
}

/** Whether a value is what defineSignal makes. */
export function isSignal(value: unknown): value is Signal {
  return (value as Signal | null | undefined)?.kind === 'signal'
}
