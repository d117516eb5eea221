import { InvalidInputError } from '../model/errors.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkText } from '../model/names.ts'
import type { Schema, SchemaIn, SchemaOut } from '../model/schema.ts'

/**
 * A fact that is told to all who wait for it, with the type of its data: `In` for who emits it, `Out` for who
 * waits for it.
 */
// biome-ignore lint/suspicious/noExplicitAny: what a definition leaves open is any
export interface Event<In = any, Out = In> {
  readonly kind: 'event'
  readonly name: string
  /** Checked when it is emitted, and applied when it is received. */
  readonly schema?: Schema | undefined
  /**
   * The events of that name about one thing: what a step waits for.
   * @throws InvalidInputError for a key that is not 1 to 256 characters
   */
  for(key: string): KeyedEvent<Out>
  /** Never set: it only carries the types. */
  readonly '~types'?: { in: In; out: Out }
}

/** Events of one name about one thing. */
// biome-ignore lint/suspicious/noExplicitAny: as of Event
export interface KeyedEvent<Out = any> {
  readonly kind: 'keyed-event'
  readonly name: string
  readonly key: string
  readonly schema?: Schema | undefined
  // biome-ignore lint/suspicious/noExplicitAny: who waits does not care what was given
  readonly '~types'?: { in: any; out: Out }
}

/** An event on which a workflow starts: with any key, or with this one only. */
export type StartOn<In = unknown> = {
  // biome-ignore lint/suspicious/noExplicitAny: what receivers make of it is theirs
  event: Event<In, any>
  key?: string
}

/**
 * An event by name, for who emits it, who waits for it, and what starts on it.
 * @throws InvalidInputError for a name that is none
 * @example export const paid = defineEvent('paid', z.object({ amount: z.number() }))
 *   // in a workflow: const { amount } = await step.waitFor('payment', paid.for(`order-${id}`))
 *   // elsewhere:     await client.emitEvent(paid, { amount: 90 }, { key: 'order-7' })
 */
export function defineEvent<S extends Schema>(
  name: string,
  schema: S,
): Event<SchemaIn<S>, SchemaOut<S>>
export function defineEvent<T = unknown>(name: string): Event<T>
export function defineEvent(name: string, schema?: Schema): Event {
  checkName('event', name)
  return Object.freeze({
    kind: 'event' as const,
    name,
    schema,
    for: (key: string): KeyedEvent =>
      Object.freeze({ kind: 'keyed-event' as const, name, schema, key: checkEventKey(name, key) }),
  })
}

/** Whether a value is what defineEvent makes. */
export function isEvent(value: unknown): value is Event {
  return (value as Event | null | undefined)?.kind === 'event'
}

/** Whether a value is what the `for` of an event makes. */
export function isKeyedEvent(value: unknown): value is KeyedEvent {
  return (value as KeyedEvent | null | undefined)?.kind === 'keyed-event'
}

/** The key of an event, once it is known to be one. @throws InvalidInputError */
export function checkEventKey(name: string, key: unknown): string {
  if (key === undefined || key === null) {
    throw new InvalidInputError(
      `The key of event "${name}" is missing. Say what it is about, as those who wait for it do: an order's id, say.`,
      { details: { event: name } },
    )
  }
  return checkText(`key of event "${name}"`, key, MAX_KEY)
}
