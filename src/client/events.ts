import { type EmissionOptions, prepareEmission } from '../definition/emission.ts'
import { type Event, isEvent } from '../definition/event.ts'
import type { Tx } from '../kernel/database.ts'
import { emitEvent, getEvents } from '../kernel/events.ts'
import type { Json } from '../model/json.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkNamed } from './event-by-name.ts'
import type { IdPool } from './id-pool.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** How an event is emitted. With a `tx` it is when that commits. */
export type EmitOptions = EmissionOptions & { tx?: Tx }

/** An event by its name. */
export type EventByName = EmitOptions & { eventName: string; data?: unknown }

/** What became of an emission. */
export type Emission = {
  /** Runs that waited for it at that moment, counted up to 100,000. Those that begin to wait later are not among them. */
  matched: number
  /** The runs that it started, of workflows with `startOn`. */
  started: string[]
}

/** An event that is kept. */
export type KeptEvent = {
  id: string
  name: string
  key: string
  data: Json
  emittedAt: Date
  /** A run that begins to wait until then gets it. */
  keepUntil: Date
  dedupeId: string | null
  /** Runs that waited for it when it was emitted. */
  matched: number
  /** Some of them are still to be given it. */
  spreading: boolean
  /** The runs that it started. */
  started: string[]
}

/** Which of the events that are kept. */
export type EventFilter = {
  eventName?: string
  key?: string
  /** 1 to 100, default 20. */
  limit?: number
  startingAfter?: string | null
}

const byName = (name: string) =>
  `emitEvent({ eventName: ${name}, key, data }), or emitEvent(event, data, { key }) with what defineEvent makes`

/** Emits an event. @throws InvalidInputError, PayloadError */
export async function emit(
  session: Session,
  ids: IdPool,
  first: Event | EventByName,
  given: unknown,
  more: EmitOptions | undefined,
): Promise<Emission> {
  const { tx, ...options } = isEvent(first)
    ? (more ?? ({} as EmitOptions))
    : checkNamed('emitEvent', first, byName)
  const { eventName, data, ...own } = options as EventByName
  const what = isEvent(first) ? first : { name: eventName }
  const emission = await prepareEmission(what, isEvent(first) ? given : data, own)
  const sqlOptions = session.options({
    ...{ key: emission.key, dedupe_id: emission.dedupeId, keep_for: emission.keepMs },
    // drawn here, so that the same event sent again after a lost reply is the same event
    event_id: String(await ids.take(tx)),
  })
  const send = () => emitEvent(session.db, emission.name, emission.data, sqlOptions, tx)
  const { matched, started } = await (tx ? send() : untilHeard(send))
  return { matched, started: [...started] }
}

/** A page of the events that are kept, the newest first. @throws InvalidInputError */
export async function readEvents(session: Session, p: EventFilter): Promise<Page<KeptEvent>> {
  checkOptionNames('getEvents', p, { eventName: true, key: true, limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const rows = await getEvents(
    session.db,
    session.options({
      ...{ event_name: p.eventName, key: p.key, limit: limit + 1, after: p.startingAfter },
    }),
  )
  const items = rows.map((row) => ({
    ...{ id: row.id, name: row.name, key: row.key, data: row.data as Json },
    ...{ emittedAt: row.emitted_at, keepUntil: row.keep_until, dedupeId: row.dedupe_id },
    ...{ matched: row.matched, spreading: row.spreading, started: row.started },
  }))
  return pageOf(items, limit, p.startingAfter, ({ id }) => id)
}
