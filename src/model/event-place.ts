import { InvalidInputError } from './errors.ts'
import type { StatusLetter } from './run-event.ts'
import { describeValue } from './text.ts'

/** How far a reader of a run's events is: it encodes in the id of an event, so that any process can go on there. */
export type EventPlace = {
  /** The next row of the journal; -1: nothing was told, not even the start. */
  readonly next: number
  /** The status that was told last. */
  readonly status: StatusLetter
  /** The last line of the log that was told. */
  readonly log: string
}

export const FIRST_PLACE: EventPlace = { next: -1, status: 'p', log: '0' }

const FORM = /^(\d{1,9})-([prwzcfx])-(\d{1,18})$/

/** @example encodePlace({ next: 3, status: 'r', log: '0' }) // '3-r-0' */
export function encodePlace({ next, status, log }: EventPlace): string {
  return `${next}-${status}-${log}`
}

/** @throws InvalidInputError for what is not the id of an event of a run */
export function decodePlace(id: string): EventPlace {
  const match = typeof id === 'string' ? FORM.exec(id) : null
  if (!match)
    throw new InvalidInputError(
      `${describeValue(id)} is not the id of an event of a run. Pass the id of the last event that you have, or nothing.`,
    )
  const [, next, status, log] = match as unknown as [string, string, StatusLetter, string]
  return { next: Number(next), status, log }
}

/** @throws InvalidInputError for what is not the id of an event of a feed */
export function checkFeedPlace(id: string): string {
  if (typeof id === 'string' && /^\d{1,18}$/.test(id)) return id
  throw new InvalidInputError(
    `${describeValue(id)} is not the id of an event of a feed. Pass the id of the last event that you have, or nothing.`,
  )
}
