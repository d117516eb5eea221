import { createHash } from 'node:crypto'

/** What a run waits for, by the name and the key of the event. */
export type EventPlace = { readonly name: string; readonly key: string }

/**
 * The message that an event is to a run that waits for it: a key may hold what the name of a message may not.
 * @see sql/functions/event/event_message.sql, its twin
 */
export function eventMessage({ name, key }: EventPlace): string {
  return `$event:${createHash('sha256').update(`${name}\n${key}`).digest('hex')}`
}

/** An event and its key, as people see them where a step waits for the first of several. */
export function showEvent({ name, key }: EventPlace): string {
  return `${name} (${key})`
}

/** The data of an event, as its message brings it. A wait that somebody forwarded holds them as they are. */
export function readEvent(message: unknown): unknown {
  const isWrapped = typeof message === 'object' && message !== null && '$event' in message
  return isWrapped ? (message as { data?: unknown }).data : message
}
